"use strict";
const study = JSON.parse(document.getElementById("study").textContent);
const served = document.documentElement.dataset.answers === "server";
const COLUMNS = ["study", "rater", "lineup", "winners", "shown", "seconds", "answered_at"];
const RATER = /^[\p{L}\p{N}][\p{L}\p{N}_ .-]{0,39}$/u;
const $ = id => document.getElementById(id);

let rater = "", answers = {}, lineups = [], at = 0, chosen = new Set(), since = 0;
const spent = {}; // seconds on line-ups that were seen and not answered yet

/* Numbers in [0, 1) that follow from a text: a rater who comes back sees the same order. */
function numbers(text) {
  let state = 2166136261;
  for (const letter of text) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffled(items, random) {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

function complain(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

/* Answers: {line-up: {winners, shown, seconds, answered_at}}, in this browser and, where one is there, on the server. */
const place = () => `shoemodel study ${study.study} ${rater}`;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(place()) || "{}");
  } catch (error) {
    complain("This browser keeps nothing: download your answers before you close the page.");
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem(place(), JSON.stringify(answers));
  } catch (error) {
    complain("This browser keeps nothing: download your answers before you close the page.");
  }
}

function csv() {
  const rows = Object.entries(answers).map(([lineup, a]) =>
    [study.study, rater, lineup, a.winners.join(" "), a.shown.join(" "), a.seconds.toFixed(1), a.answered_at].join(","));
  return [COLUMNS.join(","), ...rows].join("\n") + "\n";
}

function merge(text) {
  for (const line of text.trim().split("\n").slice(1)) {
    const [, , lineup, winners, shown, seconds, answered_at] = line.split(",");
    if (answers[lineup] && answers[lineup].answered_at >= answered_at) continue;
    answers[lineup] = { winners: winners.split(" "), shown: shown.split(" "), seconds: Number(seconds), answered_at };
  }
}

const file = () => `answers/${encodeURIComponent(rater)}.csv`;
let sending = false, unsent = false;

async function send() {
  unsent = true;
  if (!served || sending) return;
  sending = true;
  try {
    while (unsent) {
      unsent = false;
      const reply = await fetch(file(), { method: "PUT", headers: { "Content-Type": "text/csv" }, body: csv() });
      if (!reply.ok) throw new Error((await reply.json()).detail || reply.statusText);
    }
    complain("");
  } catch (error) {
    unsent = true;
    complain(`The server did not take the answers (${error.message}). They stay in this browser; the next answer tries again.`);
  }
  sending = false;
  report();
}

async function start(event) {
  event.preventDefault();
  const name = $("rater").value.trim();
  if (!RATER.test(name)) return complain("A name has at most 40 letters, digits and spaces, and begins with a letter or digit.");
  complain("");
  rater = name;
  answers = kept();
  if (served) {
    try {
      const reply = await fetch(file());
      if (!reply.ok) throw new Error((await reply.json()).detail || reply.statusText);
      merge(await reply.text());
    } catch (error) {
      return complain(`The server does not answer (${error.message}). Try again.`);
    }
    if (Object.keys(answers).length) send();
  }
  const random = numbers(`${study.study} ${rater}`);
  lineups = shuffled(study.lineups, random).map(each => ({ ...each, pictures: shuffled(each.pictures, random) }));
  const first = lineups.findIndex(each => !(each.id in answers));
  show(first < 0 ? lineups.length : first);
}

function show(index) {
  at = Math.max(0, index);
  const over = at >= lineups.length;
  $("start").hidden = true;
  $("rate").hidden = over;
  $("done").hidden = !over;
  window.scrollTo(0, 0);
  if (over) return report();
  const lineup = lineups[at];
  chosen = new Set(lineup.id in answers ? answers[lineup.id].winners : []);
  since = performance.now();
  $("progress").textContent = `${at + 1} of ${lineups.length}`;
  $("prompt").textContent = lineup.prompt ? `Asked for: ${lineup.prompt}` : "";
  $("photo").hidden = !lineup.photo;
  if (lineup.photo) $("photo").src = address(lineup.photo);
  $("pictures").replaceChildren(...lineup.pictures.map(figure));
  $("back").disabled = at === 0;
  mark();
  if (at + 1 < lineups.length) for (const name of lineups[at + 1].pictures) new Image().src = address(name);
}

const address = name => `pictures/${name}.jpg`;

function figure(name, index) {
  const made = document.createElement("figure"), pick = document.createElement("button"), size = document.createElement("button");
  const image = document.createElement("img");
  pick.className = "pick";
  pick.dataset.picture = name;
  pick.setAttribute("aria-label", `picture ${index + 1}`);
  image.src = address(name);
  image.alt = `picture ${index + 1}`;
  image.draggable = false;
  image.onerror = () => complain("A picture is missing: keep the folder “pictures” beside this page.");
  pick.append(image);
  pick.onclick = () => toggle(name);
  size.className = "size";
  size.textContent = "Full size";
  size.onclick = () => {
    $("large").querySelector("img").src = address(name);
    $("large").showModal();
  };
  made.append(pick, size);
  return made;
}

function toggle(name) {
  chosen.has(name) ? chosen.delete(name) : chosen.add(name);
  mark();
}

function mark() {
  for (const pick of document.querySelectorAll(".pick")) pick.setAttribute("aria-pressed", chosen.has(pick.dataset.picture));
  $("next").disabled = chosen.size === 0;
  $("next").textContent = chosen.size > 1 ? `Next: ${chosen.size} are equally good` : "Next";
}

function leave() {
  const id = lineups[at].id;
  spent[id] = (spent[id] || 0) + (performance.now() - since) / 1000;
  return spent[id];
}

function next() {
  if (!chosen.size) return;
  const { id, pictures } = lineups[at];
  const winners = pictures.filter(name => chosen.has(name));
  const seconds = leave();
  if (id in answers && answers[id].winners.join() === winners.join()) return show(at + 1);
  answers[id] = { winners, shown: pictures, seconds, answered_at: new Date().toISOString() };
  keep();
  send();
  show(at + 1);
}

function report() {
  const count = Object.keys(answers).length, total = study.lineups.length;
  const where = !served ? "Download them and send the file to whoever asked you."
    : sending || unsent ? "They are being sent …" : "They are saved on the server; you can close the page.";
  $("answered").textContent = `${count} of ${total} line-ups are answered. ${where}`;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = `${rater}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function key(event) {
  if ($("rate").hidden || $("large").open || event.ctrlKey || event.metaKey || event.altKey) return;
  const picture = lineups[at].pictures[Number(event.key) - 1];
  if (picture) toggle(picture);
  else if (event.key === "ArrowRight" || (event.key === "Enter" && event.target.tagName !== "BUTTON")) next();
  else if (event.key === "ArrowLeft" && at) $("back").click();
}

for (const place of document.querySelectorAll(".question")) place.textContent = study.question;
document.title = study.question;
$("count").textContent = study.lineups.length;
$("keeping").textContent = served ? "Every answer is saved at once, on the server and in this browser."
  : "Every answer is saved at once in this browser. At the end you download a file and send it to whoever asked you.";
$("start").onsubmit = start;
$("next").onclick = next;
$("back").onclick = () => { leave(); show(at - 1); };
$("again").onclick = () => show(lineups.length - 1);
$("download").onclick = download;
$("large").onclick = () => $("large").close();
document.addEventListener("keydown", key);
