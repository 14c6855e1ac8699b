// One pose over the shoe: drag its points, or focus one and use the arrow keys.
// value: {shoe: data URL, canvas: [h, w], points: [[x, y], ...] canvas px, exists: [bool], names, limbs: [[a, b]],
//         colours: [css]}; event 'moved' {points, number}.
let points = [], held = null, shown = null, sent = 0;
const REACH = 28;  // px of the page: how far from a point a finger may land
function draw() {
  const value = props.value;
  if (!value) { element.innerHTML = '<p class="sm-empty">Press “Adjust” under a pose.</p>'; return; }
  points = value.points.map((point) => [...point]);
  const there = points.filter((_, index) => value.exists[index]);
  const [height, width] = value.canvas, xs = there.map((p) => p[0]), ys = there.map((p) => p[1]);
  const pad = 0.04 * Math.max(width, height);
  const x0 = Math.max(-width, Math.min(0, ...xs) - pad), y0 = Math.max(-height, Math.min(0, ...ys) - pad);
  const x1 = Math.min(2 * width, Math.max(width, ...xs) + pad), y1 = Math.min(2 * height, Math.max(height, ...ys) + pad);
  const unit = Math.max(x1 - x0, y1 - y0) / 100;
  const limbs = value.limbs.map(([a, b], index) => value.exists[a] && value.exists[b]
    ? `<line data-a="${a}" data-b="${b}" stroke="${value.colours[index]}" stroke-width="${unit * 1.3}"/>` : "").join("");
  const circles = points.map((_, index) => value.exists[index] ? `<circle data-index="${index}" r="${unit * 1.9}"
    stroke-width="${unit * 0.5}" tabindex="0" role="slider" aria-valuemin="${-width}"
    aria-valuemax="${2 * width}" aria-label="${value.names[index]}">
    <title>${value.names[index]}</title></circle>` : "").join("");
  element.innerHTML = `<svg class="sm-joints" viewBox="${x0} ${y0} ${x1 - x0} ${y1 - y0}" style="max-height:60vh"
    role="group" aria-label="Points of the pose"><rect width="${width}" height="${height}" class="sm-paper"/>
    <image href="${value.shoe}" width="${width}" height="${height}"/>${limbs}${circles}</svg>`;
  show();
  if (shown !== value.index) element.scrollIntoView({ block: "nearest", behavior: "smooth" });
  shown = value.index;
}
function show() {
  for (const circle of element.querySelectorAll("circle")) {
    const [x, y] = points[circle.dataset.index];
    circle.setAttribute("cx", x); circle.setAttribute("cy", y);
    circle.setAttribute("aria-valuenow", Math.round(x));
    circle.setAttribute("aria-valuetext", `${Math.round(x)} across, ${Math.round(y)} down`);
  }
  for (const line of element.querySelectorAll("line")) {
    [["1", line.dataset.a], ["2", line.dataset.b]].forEach(([end, index]) => {
      line.setAttribute("x" + end, points[index][0]); line.setAttribute("y" + end, points[index][1]);
    });
  }
}
function toCanvas(event) {
  const svg = element.querySelector("svg");
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [at.x, at.y];
}
const send = () => trigger("moved", { points, number: ++sent });
element.addEventListener("pointerdown", (event) => {
  const [circle, away] = nearest(event);
  if (away > REACH) return;
  event.preventDefault(); circle.focus({ preventScroll: true });
  circle.setPointerCapture(event.pointerId);
  held = +circle.dataset.index;
});
function nearest(event) {
  const far = (circle) => {
    const box = circle.getBoundingClientRect();
    return Math.hypot(event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
  };
  const all = [...element.querySelectorAll("circle")].map((circle) => [circle, far(circle)]);
  return all.reduce((best, other) => other[1] < best[1] ? other : best, [null, Infinity]);
}
element.addEventListener("pointermove", (event) => {
  if (held === null) return;
  points[held] = toCanvas(event);
  show();
});
const drop = () => { if (held !== null) { held = null; send(); } };
element.addEventListener("pointerup", drop);
element.addEventListener("pointercancel", drop);
element.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!move || event.target.tagName !== "circle") return;
  event.preventDefault();
  const step = Math.max(...props.value.canvas) / (event.shiftKey ? 50 : 250), index = +event.target.dataset.index;
  points[index] = points[index].map((number, axis) => number + move[axis] * step);
  show(); send();
});
watch("value", draw);
draw();
