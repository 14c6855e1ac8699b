// Poses to choose from, one or several. value: {cards: [{picture, name}], picked: [index, ...]}
// Events: 'picked' {picked, number}, 'edit' {index}.
let sent = 0;
function draw() {
  const value = props.value;
  if (!value || !value.cards.length) { element.innerHTML = '<p class="sm-empty">Choose a photo first.</p>'; return; }
  element.innerHTML = `<fieldset class="sm-cards"><legend>Poses: pick one or several</legend>` + value.cards.map(
    (card, index) => `<div class="sm-card"><label><input type="checkbox" value="${index}"
      ${value.picked.includes(index) ? "checked" : ""}><img src="${card.picture}" alt="${card.name}">
      <span>${card.name}</span></label><button type="button" data-index="${index}"
      aria-label="Adjust ${card.name}">Adjust</button></div>`).join("") + "</fieldset>";
}
element.addEventListener("change", () => {
  const picked = [...element.querySelectorAll("input:checked")].map((box) => +box.value);
  trigger("picked", { picked, number: ++sent });
});
element.addEventListener("click", (event) => {
  if (event.target.dataset.index) trigger("edit", { index: +event.target.dataset.index });
});
watch("value", draw);
draw();
