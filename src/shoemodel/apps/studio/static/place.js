// The shoe on its canvas: drag it, its corner scales and turns it, arrow keys move it by a pixel of the page.
// value: {shoe: data URL of the cut-out, width_unit: its width at scale 1 as a share of the canvas, canvas: [h, w],
//         x, y, scale, angle, flip, move}; event 'placed' {x, y, scale, angle, flip, number}.
// An answer to an earlier move than the last one is out of date and not drawn.
let at = null, drag = null, timer = null, drawn = null, moves = 0;
const HELP = "Arrow keys move, plus and minus scale, brackets turn, M mirrors.";
const canvasBox = () => element.querySelector(".sm-canvas").getBoundingClientRect();
const straight = (angle) => Math.abs(angle - 90 * Math.round(angle / 90)) < 3 ? 90 * Math.round(angle / 90) : angle;
const clamp = (number, low, high) => Math.min(high, Math.max(low, number));

function draw() {
  const value = props.value;
  if (!value) { drawn = null; element.innerHTML = '<p class="sm-empty">Choose a photo first.</p>'; return; }
  const { x, y, scale, angle, flip } = value, [height, width] = value.canvas;
  at = { x, y, scale, angle, flip };
  if (drawn === value.shoe + width + ":" + height) return show();  // keeps the focus
  drawn = value.shoe + width + ":" + height;
  element.innerHTML = `<div class="sm-canvas" style="aspect-ratio:${width}/${height};
    max-width:calc(58vh * ${width / height})"><div class="sm-shoe" tabindex="0" role="application"
    aria-label="The shoe on the canvas. ${HELP}"><img src="${value.shoe}" alt="The shoe, cut out" draggable="false">
    <i class="sm-handle" title="Scale and turn"></i></div></div>
    <p class="sm-hint">Drag the shoe; pull its corner to scale and turn it. ${HELP}</p>`;
  show();
}

function show() {
  const shoe = element.querySelector(".sm-shoe");
  shoe.style.cssText = `left:${at.x * 100}%;top:${at.y * 100}%;width:${props.value.width_unit * at.scale * 100}%;
    transform:translate(-50%,-50%) rotate(${at.angle}deg)`;
  shoe.firstElementChild.style.transform = at.flip ? "scaleX(-1)" : "";
}

function settle() {
  at.x = clamp(at.x, 0, 1); at.y = clamp(at.y, 0, 1); at.scale = clamp(at.scale, 0.1, 4);
  at.angle = ((at.angle + 540) % 360) - 180;
  show();
}

function send() {
  clearTimeout(timer); timer = null;
  moves += 1;
  trigger("placed", { ...at, number: moves });
}

function polar(event) {
  const box = canvasBox();
  const dx = event.clientX - box.left - at.x * box.width, dy = event.clientY - box.top - at.y * box.height;
  return { length: Math.hypot(dx, dy), degrees: Math.atan2(dy, dx) * 180 / Math.PI };
}

element.addEventListener("pointerdown", (event) => {
  const shoe = event.target.closest(".sm-shoe");
  if (!shoe) return;
  event.preventDefault(); shoe.focus({ preventScroll: true }); shoe.setPointerCapture(event.pointerId);
  drag = { corner: event.target.className === "sm-handle", x: event.clientX, y: event.clientY, from: { ...at } };
  drag.polar = polar(event);
});
element.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const box = canvasBox();
  if (drag.corner) {
    const now = polar(event);
    at.scale = drag.from.scale * now.length / drag.polar.length;
    at.angle = straight(drag.from.angle + now.degrees - drag.polar.degrees);
  } else {
    at.x = drag.from.x + (event.clientX - drag.x) / box.width;
    at.y = drag.from.y + (event.clientY - drag.y) / box.height;
  }
  show();
});
const drop = () => {
  if (!drag) return;
  const moved = Object.keys(at).some((name) => at[name] !== drag.from[name]);
  drag = null;
  if (moved) { settle(); send(); }
};
element.addEventListener("pointerup", drop);
element.addEventListener("pointercancel", drop);
element.addEventListener("keydown", (event) => {
  if (!event.target.classList.contains("sm-shoe")) return;
  const box = canvasBox(), step = event.shiftKey ? 20 : 2;
  const change = {
    ArrowLeft: () => at.x -= step / box.width, ArrowRight: () => at.x += step / box.width,
    ArrowUp: () => at.y -= step / box.height, ArrowDown: () => at.y += step / box.height,
    "+": () => at.scale *= 1.02, "-": () => at.scale /= 1.02,
    "[": () => at.angle -= 1, "]": () => at.angle += 1, m: () => at.flip = !at.flip,
  }[event.key];
  if (!change) return;
  event.preventDefault(); change(); settle();
  clearTimeout(timer);
  timer = setTimeout(send, 250);
});
element.addEventListener("focusout", () => { if (timer) send(); });

watch("value", () => { if (!props.value || (!drag && !timer && props.value.move === moves)) draw(); });
draw();
