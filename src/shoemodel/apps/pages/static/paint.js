// The areas of a shoe over its photo: brush and eraser, or points on the shoe.
// value: {photo, labels, width, height, points}, pictures as data URLs; labels: black nothing, blue visible, yellow
// wearable; points: [[x, y], ...] in photo pixels that were set before.
// A page on which one photo after another is drawn adds {key, keys}: the photo's name, for which undo is kept when new
// labels come, and {letter: id of the button that it presses}. It has zoom, points beside the shoe, and keys everywhere.
// Events: 'stroke' {labels: data URL, key, number},
//         'points' {points, outside: [[x, y], ...] in photo pixels, search, key, number}.
const INK = { visible: "rgb(0,0,255)", wearable: "rgb(255,255,0)" };
const HELP = "Arrow keys move the brush, Space paints, Shift makes it faster.";
const TOOLS = [["visible", "Stays visible"], ["wearable", "Hidden by the leg"], ["erase", "Eraser"],
  ["point", "Point at the shoe"], ["outside", "Point beside it"]];
const KEPT = 20, LARGEST = 160, SMALLEST = 2, NEAREST = 16;
let stage, view, canvas, pen, ring, undo = [], points = [], last = null, cursor = null, size = 24, sent = 0;
let shown = null, asked = null, drag = null, zoom = { scale: 1, x: 0, y: 0 };

const many = () => !!props.value?.key;
const tool = () => element.querySelector("input[name=sm-tool]:checked").value;
const pointing = () => tool() === "point" || tool() === "outside";
const scale = () => canvas.width / canvas.getBoundingClientRect().width;
const pixels = () => pen.getImageData(0, 0, canvas.width, canvas.height);
const clamp = (number, low, high) => Math.min(high, Math.max(low, number));

function draw() {
  const value = props.value;
  if (value && value.key && value.key === shown) return answer();
  shown = value?.key || null; asked = null; last = null;
  undo = []; points = (value?.points || []).map(([x, y]) => [x, y, 1]); cursor = null; zoom = { scale: 1, x: 0, y: 0 };
  if (!value) { element.innerHTML = '<p class="sm-empty">Choose a photo first.</p>'; return; }
  const chosen = element.querySelector("input[name=sm-tool]:checked")?.value || "wearable";
  const key = (text) => many() ? `<kbd>${text}</kbd>` : "";
  const option = ([name, words], index) => `<label class="sm-tool"><input type="radio" name="sm-tool" value="${name}"
    ${name === chosen ? "checked" : ""}><i class="sm-dot sm-${name}"></i>${words}${key(index + 1)}</label>`;
  const more = `<button type="button" class="sm-hide" title="Look at the photo alone">Hide areas${key("h")}</button>
    <button type="button" class="sm-fit" title="The wheel zooms, Shift and drag moves the photo" disabled>Whole photo${key("0")}</button>`;
  element.innerHTML = `<fieldset class="sm-tools"><legend>Tool</legend>
    ${TOOLS.slice(0, many() ? 5 : 4).map(option).join("")}
    <label class="sm-size">Brush <input type="range" min="${SMALLEST}" max="${LARGEST}" value="${size}"
      aria-label="Brush size">${key("[")}${key("]")}</label>
    <button type="button" class="sm-undo" disabled>Undo${key("u")}</button>${many() ? more : ""}</fieldset>
    <div class="sm-stage" style="aspect-ratio:${value.width}/${value.height};
      max-width:calc(var(--sm-tall, 62vh) * ${value.width / value.height})"><div class="sm-view">
    <img src="${value.photo}" alt="The photo" draggable="false"><canvas tabindex="0" role="application"
    aria-label="Areas of the shoe. ${HELP}"></canvas></div><div class="sm-ring" hidden></div></div>`;
  stage = element.querySelector(".sm-stage");
  view = element.querySelector(".sm-view");
  canvas = element.querySelector("canvas");
  ring = element.querySelector(".sm-ring");
  pen = canvas.getContext("2d", { willReadFrequently: true });
  load(value.labels);
  showPoints();
}

function load(labels) {
  const picture = new Image(), target = canvas;
  picture.onload = () => {
    if (target !== canvas) return;  // another photo came meanwhile
    canvas.width = picture.width; canvas.height = picture.height;
    pen.drawImage(picture, 0, 0);
    const data = pixels(), p = data.data;
    for (let i = 0; i < p.length; i += 4) if (p[i] + p[i + 1] + p[i + 2] < 128) p[i + 3] = 0;
    pen.putImageData(data, 0, 0);
    canvas.dataset.ready = "yes";
    stage.classList.remove("sm-busy");
  };
  picture.src = labels;
}

function answer() {  // other areas of the same photo: what was there before can be had again
  if (asked) asked.pixels = pixels(); else remember({ pixels: pixels() });
  asked = null;
  load(props.value.labels);
}

function showPoints() {
  view.querySelectorAll(".sm-mark").forEach((dot) => dot.remove());
  for (const [x, y, on] of points) view.insertAdjacentHTML("beforeend", `<b class="sm-mark sm-${on ? "point" : "outside"}"
    style="left:${x / props.value.width * 100}%;top:${y / props.value.height * 100}%"></b>`);
}

function dab(from, to) {
  pen.globalCompositeOperation = tool() === "erase" ? "destination-out" : "source-over";
  pen.strokeStyle = INK[tool()] || "#000";
  pen.lineWidth = size * scale(); pen.lineCap = "round";
  pen.beginPath(); pen.moveTo(from.x, from.y); pen.lineTo(to.x + 0.01, to.y); pen.stroke();
}

function remember(entry) {
  undo.push(entry);
  if (undo.length > KEPT) undo.shift();
  element.querySelector(".sm-undo").disabled = false;
}

const send = () => trigger("stroke", { labels: canvas.toDataURL("image/png"), key: props.value.key || "", number: ++sent });

function addPoint(at) {
  const value = props.value, on = tool() === "point" ? 1 : 0, before = { points };
  remember(before);
  if (many()) { asked = before; stage.classList.add("sm-busy"); }
  setPoints([...points, [at.x / canvas.width * value.width, at.y / canvas.height * value.height, on]], true);
}

function setPoints(changed, search) {
  points = changed;
  showPoints();
  const of = (kind) => points.filter((point) => point[2] === kind).map(([x, y]) => [x, y]);
  trigger("points", { points: of(1), outside: of(0), search, key: props.value.key || "", number: ++sent });
}

function takeBack() {
  if (!undo.length || stage.classList.contains("sm-busy")) return;
  const before = undo.pop();
  element.querySelector(".sm-undo").disabled = !undo.length;
  if (before.points) setPoints(before.points, false);
  if (before.pixels) { pen.putImageData(before.pixels, 0, 0); send(); }
}

const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) * scale(), y: (event.clientY - box.top) * scale() };
};

function showRing(at) {
  const box = canvas.getBoundingClientRect(), frame = stage.getBoundingClientRect();
  ring.hidden = pointing();
  ring.style.cssText = `left:${box.left - frame.left + at.x / scale()}px;top:${box.top - frame.top + at.y / scale()}px;
    width:${size}px;height:${size}px`;
}

function setZoom(wanted, x, y) {  // x, y: the point of the stage that stays where it is
  const next = clamp(wanted, 1, NEAREST), { width, height } = stage.getBoundingClientRect(), ratio = next / zoom.scale;
  zoom = {
    scale: next,
    x: clamp(x - (x - zoom.x) * ratio, width * (1 - next), 0),
    y: clamp(y - (y - zoom.y) * ratio, height * (1 - next), 0),
  };
  view.style.transform = `translate(${zoom.x}px,${zoom.y}px) scale(${next})`;
  view.style.setProperty("--sm-zoom", next);
  element.querySelector(".sm-fit").disabled = next === 1;
}

function setSize(wanted) {
  size = clamp(Math.round(wanted), SMALLEST, LARGEST);
  element.querySelector(".sm-size input").value = size;
  ring.style.width = ring.style.height = `${size}px`;
}

const hide = (hidden = !stage.classList.contains("sm-bare")) => {
  stage.classList.toggle("sm-bare", hidden);
  element.querySelector(".sm-hide").classList.toggle("sm-on", hidden);
};

element.addEventListener("pointerdown", (event) => {
  if (event.target !== canvas || !canvas.dataset.ready) return;
  event.preventDefault(); canvas.focus({ preventScroll: true });
  if (many() && (event.shiftKey || event.button === 1)) {
    canvas.setPointerCapture(event.pointerId);
    drag = { x: event.clientX - zoom.x, y: event.clientY - zoom.y };
    return;
  }
  if (event.button !== 0 || stage.classList.contains("sm-busy")) return;
  if (many()) hide(false);
  if (pointing()) return addPoint(place(event));
  canvas.setPointerCapture(event.pointerId);
  remember({ pixels: pixels() }); last = place(event); dab(last, last);
});
element.addEventListener("pointermove", (event) => {
  if (event.target !== canvas) return;
  if (drag) {
    zoom.x = event.clientX - drag.x; zoom.y = event.clientY - drag.y;
    return setZoom(zoom.scale, 0, 0);
  }
  const at = place(event);
  showRing(at);
  if (last) { dab(last, at); last = at; }
});
const lift = () => { drag = null; if (last) { last = null; send(); } };
element.addEventListener("pointerup", lift);
element.addEventListener("pointercancel", lift);
element.addEventListener("wheel", (event) => {
  if (!many() || !stage?.contains(event.target)) return;
  event.preventDefault();
  const frame = stage.getBoundingClientRect();
  setZoom(zoom.scale * (event.deltaY < 0 ? 1.25 : 0.8), event.clientX - frame.left, event.clientY - frame.top);
  showRing(place(event));
}, { passive: false });
element.addEventListener("input", (event) => { if (event.target.type === "range") size = +event.target.value; });
element.addEventListener("click", (event) => {
  const pressed = event.target.closest("button")?.classList;
  if (pressed?.contains("sm-undo")) takeBack();
  if (pressed?.contains("sm-hide")) hide();
  if (pressed?.contains("sm-fit")) setZoom(1, 0, 0);
});
element.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.target !== canvas || (!move && event.key !== " ")) return;
  event.preventDefault();
  cursor = cursor || { x: canvas.width / 2, y: canvas.height / 2 };
  const step = scale() * (event.shiftKey ? 32 : 8);
  if (move) cursor = { x: clamp(cursor.x + move[0] * step, 0, canvas.width - 1), y: clamp(cursor.y + move[1] * step, 0, canvas.height - 1) };
  else if (stage.classList.contains("sm-busy")) return;
  else if (pointing()) addPoint(cursor);
  else { remember({ pixels: pixels() }); dab(cursor, cursor); send(); }
  showRing(cursor);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=range])");
  if (!many() || typing || event.altKey || event.metaKey || last) return;
  const key = event.key.toLowerCase(), undoing = key === "u" || (event.ctrlKey && key === "z");
  if (event.ctrlKey && !undoing) return;
  const number = +key >= 1 && +key <= TOOLS.length;
  if (number) element.querySelector(`input[value=${TOOLS[+key - 1][0]}]`).checked = true;
  else if (undoing) takeBack();
  else if (key === "[") setSize(size / 1.25);
  else if (key === "]") setSize(size * 1.25 + 1);
  else if (key === "h") hide();
  else if (key === "0") setZoom(1, 0, 0);
  else if (props.value.keys[key] && !event.repeat) document.getElementById(props.value.keys[key])?.click();
  else return;
  event.preventDefault();
});

watch("value", () => { if (!last || props.value?.key !== (shown || undefined)) draw(); });  // a stroke under way is newer
draw();
