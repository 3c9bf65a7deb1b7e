// The Ctrl-K palette: asks the server for objects, verbs and pages; arrows and Enter choose.
const palette = document.getElementById("pb-palette");
const field = palette?.querySelector("input");
const list = palette?.querySelector(".pb-palette-list");
const none = palette?.querySelector(".pb-palette-empty");
let asked = 0;
let waiting = 0;
let drawnFor = null;

function items() {
  return [...list.querySelectorAll("[role=option]")];
}

function select(item) {
  items().forEach((other) => other.setAttribute("aria-selected", String(other === item)));
  if (item) {
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

function draw(groups) {
  list.replaceChildren();
  let number = 0;
  for (const group of groups) {
    const box = document.createElement("div");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", group.title);
    const title = document.createElement("div");
    title.className = "pb-palette-group";
    title.setAttribute("aria-hidden", "true");
    title.textContent = group.title;
    box.append(title);
    for (const hit of group.items) {
      const item = document.createElement("div");
      item.className = "pb-palette-item";
      item.id = `pb-palette-item-${number++}`;
      item.setAttribute("role", "option");
      item.dataset.url = hit.url;
      const label = document.createElement("span");
      label.textContent = hit.label;
      const note = document.createElement("span");
      note.textContent = hit.note;
      item.append(label, note);
      box.append(item);
    }
    list.append(box);
  }
  none.hidden = number > 0;
  select(items()[0]);
}

async function ask() {
  const turn = ++asked;
  const text = field.value;
  const url = `${palette.dataset.url}?q=${encodeURIComponent(text)}`;
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || turn !== asked) return;
  draw((await response.json()).groups);
  drawnFor = text;
}

export function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  field.select();
  ask();
}

field?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 120);
});

field?.addEventListener("keydown", (event) => {
  const all = items();
  const here = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    select(all[(here + step + all.length) % all.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    openChosen();
  }
});

async function openChosen() {
  if (drawnFor !== field.value) {
    clearTimeout(waiting);
    await ask();
  }
  const chosen = list.querySelector('[aria-selected="true"]');
  if (chosen && drawnFor === field.value) location.assign(chosen.dataset.url);
}

list?.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) location.assign(item.dataset.url);
});

list?.addEventListener("mousemove", (event) => {
  const item = event.target.closest("[role=option]");
  if (item && item.getAttribute("aria-selected") !== "true") select(item);
});

palette?.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});
