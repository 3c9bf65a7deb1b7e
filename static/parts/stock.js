// Keys of the stock's pages, and the grid of a box: drag a part, or move it with the keyboard.
import { openUrl } from "../core/dialog.js";

const VERB_KEYS = { a: "add-stock", u: "use-stock", m: "move-stock", c: "count-stock" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "s") {
    event.preventDefault();
    document.querySelector("[data-scan]")?.select();
  } else if (VERB_KEYS[key] && !event.target.closest("[data-part]")) {
    const row = event.target.closest("tr");
    const link = (row || document).querySelector(`a[href*="/verbs/${VERB_KEYS[key]}/"]`);
    if (link && (row || document.querySelector(".pb-objectpage"))) {
      event.preventDefault();
      link.click();
    }
  }
});

const grid = document.querySelector("[data-grid]");
const voice = document.querySelector("[data-grid-voice]");
let held = null;

function say(text) {
  if (voice) voice.textContent = text;
}

function slots() {
  return [...grid.querySelectorAll("[data-place]")];
}

function columns() {
  const all = slots();
  const top = all[0].offsetTop;
  return Math.max(all.filter((slot) => slot.offsetTop === top).length, 1);
}

function drop(slot) {
  const part = held;
  release();
  if (!part || slot.dataset.place === part.dataset.from) return;
  const query = new URLSearchParams({
    ids: part.dataset.part, source: part.dataset.from, place: slot.dataset.place, quantity: part.dataset.qty,
  });
  openUrl(`${grid.dataset.grid}?${query}`);
}

function release() {
  grid.querySelectorAll(".st-target, .st-taken").forEach((one) => one.classList.remove("st-target", "st-taken"));
  held = null;
}

function take(part) {
  held = part;
  part.closest("[data-place]").classList.add("st-taken");
}

function aim(slot) {
  grid.querySelectorAll(".st-target").forEach((one) => one.classList.remove("st-target"));
  slot.classList.add("st-target");
  slot.scrollIntoView({ block: "nearest" });
  say(`Place ${slot.dataset.place}, ${slot.dataset.holds}`);
}

if (grid) {
  grid.addEventListener("dragstart", (event) => {
    const part = event.target.closest("[data-part]");
    if (!part) return;
    take(part);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", part.dataset.name);
  });
  grid.addEventListener("dragover", (event) => {
    const slot = event.target.closest("[data-place]");
    if (!slot || !held) return;
    event.preventDefault();
    aim(slot);
  });
  grid.addEventListener("drop", (event) => {
    const slot = event.target.closest("[data-place]");
    if (!slot || !held) return;
    event.preventDefault();
    drop(slot);
  });
  grid.addEventListener("dragend", () => release());
  grid.addEventListener("keydown", (event) => {
    const part = event.target.closest("[data-part]");
    const all = slots();
    if (part && !held && event.key.toLowerCase() === "m") {
      event.preventDefault();
      take(part);
      aim(part.closest("[data-place]"));
      say(`${part.dataset.name} is taken. Choose a place with the arrow keys, Enter drops it, Escape leaves it.`);
      return;
    }
    if (!held) return;
    const here = all.indexOf(grid.querySelector(".st-target"));
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
    if (steps[event.key]) {
      event.preventDefault();
      aim(all[Math.min(Math.max(here + steps[event.key], 0), all.length - 1)]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      drop(all[here]);
    } else if (event.key === "Escape") {
      release();
      say("It stays where it was.");
    }
  });
}

if (document.querySelector("[data-refresh]")) setTimeout(() => location.reload(), 2000);

// The theme's own listener expects its own markup around a file; ours is told by another event.
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("input[type=file]")) return;
  event.stopImmediatePropagation();
  event.target.dispatchEvent(new CustomEvent("file-chosen"));
}, true);
