// The network map: lines by state, a side panel, two places for a path search, fresh data.
/* global L */
import { arc, declutter, element, line, openMap, place } from "./world.js";

const box = document.querySelector("[data-map]");
const panel = document.querySelector("[data-panel]");
const list = document.querySelector("[data-list]");
const shown = document.querySelector("[data-shown]");
const filters = document.querySelector("[data-map-filters]");
const find = document.querySelector("[data-find]");
const state = { data: JSON.parse(document.getElementById("nr-map-data").textContent), ends: [] };
const map = openMap(box);
const lines = L.layerGroup().addTo(map);
const places = L.layerGroup().addTo(map);
const drawn = new Map();

function number(value) {
  return value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function wanted(circuit) {
  const form = new FormData(filters);
  return ["state", "type", "carrier"].every((name) => {
    const asked = form.get(name);
    return !asked || circuit[name] === asked;
  });
}

function fact(rows, title, value) {
  if (value === "" || value === null) return;
  rows.append(element("dt", title), element("dd", value));
}

function showCircuit(circuit) {
  choose(circuit.id);
  const head = element("header");
  const name = element("h2");
  name.append(element("a", circuit.ucn, { href: circuit.url }));
  head.append(name);
  const rows = element("dl");
  rows.append(element("dt", "State"), element("dd", circuit.word));
  if (circuit.state === "outage") rows.lastChild.className = "nr-out";
  if (circuit.since) fact(rows, "Down since", new Date(circuit.since).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }));
  fact(rows, "Ends", `${circuit.a || "?"} – ${circuit.b || "?"}`);
  fact(rows, "Carrier", circuit.carrier);
  fact(rows, "Cable system", circuit.cable);
  fact(rows, "Bandwidth", circuit.bandwidth);
  fact(rows, "Latency, ms", `${number(circuit.live || null)} measured, ${number(circuit.expected)} expected`);
  fact(rows, "Repository", circuit.type);
  panel.replaceChildren(head, rows);
  panel.hidden = false;
}

function showPlace(spot) {
  choose(null);
  const head = element("header");
  const name = element("h2");
  name.append(element("a", spot.code, { href: spot.url }));
  head.append(name);
  const rows = element("dl");
  fact(rows, "City", `${spot.city}, ${spot.country}`);
  fact(rows, "Status", spot.status);
  const ending = state.data.circuits.filter((row) => row.a === spot.code || row.b === spot.code);
  fact(rows, "Circuits", String(ending.length));
  panel.replaceChildren(head, rows);
  if (find) {
    const verbs = element("div", undefined, { class: "nr-verbrow" });
    ["From here", "To here"].forEach((word, end) => {
      const button = element("button", word, { type: "button", class: "pb-button" });
      button.addEventListener("click", () => pick(end, spot.code));
      verbs.append(button);
    });
    panel.append(verbs);
  }
  panel.hidden = false;
}

function pick(end, code) {
  state.ends[end] = code;
  const query = new URLSearchParams();
  ["source", "destination"].forEach((name, index) => {
    if (state.ends[index]) query.set(name, state.ends[index]);
  });
  find.href = `${box.dataset.design}?${query}`;
  find.lastChild.textContent = state.ends[0] && state.ends[1]
    ? `Find path ${state.ends[0]} – ${state.ends[1]}`
    : `Find path ${state.ends[0] ? "from" : "to"} ${code}`;
  draw();
}

function choose(id) {
  drawn.forEach(({ drawn: shape, button }, key) => {
    button?.setAttribute("aria-pressed", String(key === id));
    shape?.getElement()?.classList.toggle("nr-chosen", key === id);
    if (key === id) shape?.bringToFront();
  });
}

function row(circuit) {
  const button = element("button", undefined, { type: "button", "aria-pressed": "false" });
  const mark = element("span", undefined, { class: `nr-stroke nr-stroke-${circuit.state}` });
  mark.setAttribute("aria-hidden", "true");
  const where = `${circuit.a || "?"} – ${circuit.b || "?"}, ${circuit.carrier || "no carrier"}`;
  button.append(mark, element("b", circuit.ucn), element("span", circuit.word), element("small", where));
  button.addEventListener("click", () => {
    showCircuit(circuit);
    const shape = drawn.get(circuit.id)?.drawn;
    if (shape) map.fitBounds(shape.getBounds(), { maxZoom: 5, padding: [40, 40], animate: false });
  });
  const item = element("li");
  item.append(button);
  list.append(item);
  return button;
}

function draw() {
  lines.clearLayers();
  places.clearLayers();
  drawn.clear();
  list.replaceChildren();
  const spots = new Map(state.data.places.map((spot) => [spot.code, spot]));
  const order = { outage: 0, slow: 1, active: 2, unmeasured: 3 };
  const found = [...state.data.circuits, ...state.data.unplaced]
    .filter(wanted)
    .sort((a, b) => order[a.state] - order[b.state] || a.ucn.localeCompare(b.ucn));
  [...found].reverse().forEach((circuit) => {
    const [a, b] = [spots.get(circuit.a), spots.get(circuit.b)];
    if (!a || !b) return;
    const shape = line(arc(a.at, b.at), `nr-arc-${circuit.state}`, `${circuit.ucn}, ${circuit.word}`);
    shape.on("click", () => showCircuit(circuit)).addTo(lines);
    drawn.set(circuit.id, { drawn: shape });
  });
  found.forEach((circuit) => {
    const button = row(circuit);
    drawn.set(circuit.id, { ...drawn.get(circuit.id), button });
  });
  state.data.places.forEach((spot) => {
    const look = `${spot.used ? "" : "nr-place-idle"} ${state.ends.includes(spot.code) ? "nr-chosen" : ""}`;
    place(spot.at, look.trim() || "nr-place-used", spot.code)
      .on("click", () => showPlace(spot))
      .addTo(places);
  });
  declutter(map, places);
  const down = found.filter((circuit) => circuit.state === "outage").length;
  const all = state.data.is_cut ? ` of ${state.data.total.toLocaleString("en")}` : "";
  shown.textContent = `${found.length.toLocaleString("en")}${all}${down ? `, ${down} down` : ""}`;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.source, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = await answer.json();
    if (JSON.stringify(fresh) === JSON.stringify(state.data)) return;
    state.data = fresh;
    draw();
  } catch { /* the next round asks again */ }
}

filters.addEventListener("change", draw);
filters.addEventListener("submit", (event) => event.preventDefault());
draw();
const used = state.data.places.filter((spot) => spot.used).map((spot) => spot.at);
if (used.length) map.fitBounds(used, { padding: [30, 30], animate: false });
declutter(map, places);
setInterval(refresh, Number(box.dataset.refresh) * 1000);
