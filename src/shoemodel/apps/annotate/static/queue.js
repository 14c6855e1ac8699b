// The photos about the one in hand, and how far the whole queue is.
// value: {cards: [{name, picture, state, number}], current, number, total, counts: {done, "left out", ...}}
// Event: 'open' {name}.
const SIGN = { done: "✓", draft: "…", "left out": "✕", new: "" };
const text = (words) => { const box = document.createElement("i"); box.textContent = words; return box.innerHTML; };

function draw() {
  const value = props.value;
  if (!value) { element.innerHTML = ""; return; }
  const through = value.counts.done + value.counts["left out"];
  const apart = value.counts["left out"] ? `, ${value.counts["left out"]} left out` : "";
  element.innerHTML = `<div class="sm-queue"><label class="sm-far">Photo ${value.number} of ${value.total} ·
    ${value.counts.done} done${apart}<progress max="${value.total}" value="${through}"></progress></label>
    <div class="sm-strip" role="group" aria-label="Photos">` + value.cards.map((card) => `<button type="button"
    class="sm-photo sm-${card.state.replace(" ", "-")}${card.name === value.current ? " sm-current" : ""}"
    ${card.name === value.current ? 'aria-current="true"' : ""} title="${text(card.name).replaceAll('"', "&quot;")}: ${card.state}"
    aria-label="Photo ${card.number}: ${card.state}">${card.picture ? `<img src="${card.picture}" alt="">` : "?"}
    <b>${SIGN[card.state]}</b><span>${card.number}</span></button>`).join("") + "</div></div>";
  [...element.querySelectorAll("button")].forEach((button, index) => { button.dataset.name = value.cards[index].name; });
}

element.addEventListener("click", (event) => {
  const photo = event.target.closest("button");
  if (photo) trigger("open", { name: photo.dataset.name });
});
watch("value", draw);
draw();
