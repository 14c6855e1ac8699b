// The areas of the shoe over its photo: brush and eraser, or points on the shoe.
// value: {photo, labels, width, height, points}, pictures as data URLs; labels: black nothing, blue visible, yellow
// wearable; points: [[x, y], ...] in photo pixels that were set before.
// Events: 'stroke' {labels: data URL, number}, 'points' {points: [[x, y], ...] in photo pixels, number}.
const INK = { visible: "rgb(0,0,255)", wearable: "rgb(255,255,0)" };
const HELP = "Arrow keys move the brush, Space paints, Shift makes it faster.";
let stage, canvas, pen, ring, undo = [], points = [], last = null, cursor = null, size = 24, sent = 0;

const tool = () => element.querySelector("input[name=sm-tool]:checked").value;
const scale = () => canvas.width / canvas.getBoundingClientRect().width;

function draw() {
  const value = props.value;
  undo = []; points = value ? value.points : []; cursor = null;
  if (!value) { element.innerHTML = '<p class="sm-empty">Choose a photo first.</p>'; return; }
  const chosen = element.querySelector("input[name=sm-tool]:checked")?.value || "wearable";
  const option = (name, words, dot) => `<label class="sm-tool"><input type="radio" name="sm-tool" value="${name}"
    ${name === chosen ? "checked" : ""}><i class="sm-dot sm-${name}"></i>${words}${dot}</label>`;
  element.innerHTML = `<fieldset class="sm-tools"><legend>Tool</legend>
    ${option("visible", "Stays visible", "")}${option("wearable", "Hidden by the leg", "")}
    ${option("erase", "Eraser", "")}${option("point", "Point at the shoe", "")}
    <label class="sm-size">Brush <input type="range" min="4" max="120" value="${size}" aria-label="Brush size"></label>
    <button type="button" class="sm-undo" disabled>Undo</button></fieldset>
    <div class="sm-stage" style="aspect-ratio:${value.width}/${value.height};
      max-width:calc(62vh * ${value.width / value.height})">
    <img src="${value.photo}" alt="The photo"><canvas tabindex="0" role="application"
    aria-label="Areas of the shoe. ${HELP}"></canvas><div class="sm-ring" hidden></div></div>`;
  stage = element.querySelector(".sm-stage");
  canvas = element.querySelector("canvas");
  ring = element.querySelector(".sm-ring");
  pen = canvas.getContext("2d", { willReadFrequently: true });
  const picture = new Image();
  picture.onload = () => {
    canvas.width = picture.width; canvas.height = picture.height;
    pen.drawImage(picture, 0, 0);
    const data = pen.getImageData(0, 0, canvas.width, canvas.height), p = data.data;
    for (let i = 0; i < p.length; i += 4) if (p[i] + p[i + 1] + p[i + 2] < 128) p[i + 3] = 0;
    pen.putImageData(data, 0, 0);
    canvas.dataset.ready = "yes";
  };
  picture.src = value.labels;
  showPoints();
}

function showPoints() {
  stage.querySelectorAll(".sm-point").forEach((dot) => dot.remove());
  for (const [x, y] of points) stage.insertAdjacentHTML("beforeend", `<b class="sm-point"
    style="left:${x / props.value.width * 100}%;top:${y / props.value.height * 100}%"></b>`);
}

function dab(from, to) {
  pen.globalCompositeOperation = tool() === "erase" ? "destination-out" : "source-over";
  pen.strokeStyle = INK[tool()] || "#000";
  pen.lineWidth = size * scale(); pen.lineCap = "round";
  pen.beginPath(); pen.moveTo(from.x, from.y); pen.lineTo(to.x + 0.01, to.y); pen.stroke();
}

function remember(before) {
  undo.push(before);
  if (undo.length > 12) undo.shift();
  element.querySelector(".sm-undo").disabled = false;
}

const pixels = () => pen.getImageData(0, 0, canvas.width, canvas.height);

const send = () => trigger("stroke", { labels: canvas.toDataURL("image/png"), number: ++sent });

function addPoint(at) {
  const value = props.value;
  remember(points);
  setPoints([...points, [at.x / canvas.width * value.width, at.y / canvas.height * value.height]]);
}

function setPoints(changed) {
  points = changed;
  showPoints();
  trigger("points", { points, number: ++sent });
}

const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) * scale(), y: (event.clientY - box.top) * scale() };
};

function showRing(at) {
  ring.hidden = tool() === "point";
  ring.style.cssText = `left:${at.x / scale()}px;top:${at.y / scale()}px;width:${size}px;height:${size}px`;
}

element.addEventListener("pointerdown", (event) => {
  if (event.target !== canvas || !canvas.dataset.ready) return;
  event.preventDefault(); canvas.focus({ preventScroll: true });
  if (tool() === "point") return addPoint(place(event));
  canvas.setPointerCapture(event.pointerId);
  remember(pixels()); last = place(event); dab(last, last);
});
element.addEventListener("pointermove", (event) => {
  if (event.target !== canvas) return;
  const at = place(event);
  showRing(at);
  if (last) { dab(last, at); last = at; }
});
element.addEventListener("pointerup", () => { if (last) { last = null; send(); } });
element.addEventListener("pointercancel", () => { if (last) { last = null; send(); } });
element.addEventListener("input", (event) => { if (event.target.type === "range") size = +event.target.value; });
element.addEventListener("click", (event) => {
  if (!event.target.classList.contains("sm-undo") || !undo.length) return;
  const before = undo.pop();
  event.target.disabled = !undo.length;
  if (Array.isArray(before)) return setPoints(before);
  pen.putImageData(before, 0, 0);
  send();
});
element.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.target !== canvas || (!move && event.key !== " ")) return;
  event.preventDefault();
  cursor = cursor || { x: canvas.width / 2, y: canvas.height / 2 };
  const step = scale() * (event.shiftKey ? 32 : 8);
  const within = (number, most) => Math.min(most - 1, Math.max(0, number));
  if (move) cursor = { x: within(cursor.x + move[0] * step, canvas.width), y: within(cursor.y + move[1] * step, canvas.height) };
  else if (tool() === "point") addPoint(cursor);
  else { remember(pixels()); dab(cursor, cursor); send(); }
  showRing(cursor);
});

watch("value", () => { if (!last) draw(); });  // a stroke under way is newer than what comes
draw();
