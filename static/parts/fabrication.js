// The workshop: cards that are dragged over the board and between queues, the sides of a model.
import { post } from "../core/http.js";

const voice = document.querySelector("[data-voice]");
let held = null;

function say(text) {
  if (voice) voice.textContent = text;
}

async function send(url, body, card) {
  const answer = await post(url, JSON.stringify(body), { "Content-Type": "application/json" });
  if (answer.ok) {
    location.reload();
    return;
  }
  const found = await answer.json().catch(() => ({ error: "That did not work." }));
  card.classList.add("fb-refused");
  setTimeout(() => card.classList.remove("fb-refused"), 1200);
  say(`${card.dataset.name}: ${found.error}`);
}

function idsOf(lane) {
  return [...lane.querySelectorAll("[data-part]")].map((card) => Number(card.dataset.part));
}

function before(lane, x) {
  return [...lane.querySelectorAll(".fb-queue > li")].find((item) => {
    const box = item.getBoundingClientRect();
    return item.querySelector("[data-part]") && x < box.left + box.width / 2;
  });
}

function draggable(root, target, dropped) {
  root.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-part]");
    if (!held) return;
    held.classList.add("fb-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.name);
  });
  root.addEventListener("dragover", (event) => {
    const place = event.target.closest(target);
    if (!place || !held) return;
    event.preventDefault();
    root.querySelectorAll(".fb-over").forEach((one) => one !== place && one.classList.remove("fb-over"));
    place.classList.add("fb-over");
  });
  root.addEventListener("drop", (event) => {
    const place = event.target.closest(target);
    if (!place || !held) return;
    event.preventDefault();
    dropped(place, held, event);
  });
  root.addEventListener("dragend", () => {
    root.querySelectorAll(".fb-over, .fb-held").forEach((one) => one.classList.remove("fb-over", "fb-held"));
    held = null;
  });
}

const board = document.querySelector("[data-board]");
if (board) {
  draggable(board, "[data-stage]", (column, card) => {
    if (column.contains(card)) return;
    send(board.dataset.board, { part: card.dataset.part, stage: column.dataset.stage }, card);
  });
}

const queues = document.querySelector("[data-queues]");
function place(lane, card, ids) {
  send(queues.dataset.queues, { part: card.dataset.part, machine: lane.dataset.machine, ids }, card);
}
if (queues) {
  draggable(queues, "[data-machine]", (lane, card, event) => {
    const own = Number(card.dataset.part);
    const ids = idsOf(lane).filter((id) => id !== own);
    const next = before(lane, event.clientX)?.querySelector("[data-part]");
    const at = next && next !== card ? ids.indexOf(Number(next.dataset.part)) : ids.length;
    ids.splice(at < 0 ? ids.length : at, 0, own);
    place(lane, card, ids);
  });
  queues.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const lane = button.closest("[data-machine]");
    const card = button.closest("li").querySelector("[data-part]");
    const ids = idsOf(lane);
    const from = ids.indexOf(Number(card.dataset.part));
    const to = Math.min(Math.max(from + Number(button.dataset.step), 0), ids.length - 1);
    if (to === from) return;
    ids.splice(to, 0, ...ids.splice(from, 1));
    place(lane, card, ids);
  });
}

const viewer = document.querySelector("model-viewer[data-sides]");
const WHITE = "1,1,1,1";
const STEEL = [0.36, 0.43, 0.53, 1];

viewer?.addEventListener("load", () => {
  for (const material of viewer.model?.materials ?? []) {
    const surface = material.pbrMetallicRoughness;
    if (String(surface.baseColorFactor.map((part) => Math.round(part * 100) / 100)) !== WHITE) continue;
    surface.setBaseColorFactor(STEEL);
    surface.setMetallicFactor(0.35);
    surface.setRoughnessFactor(0.5);
  }
  const [x, y, z] = viewer.dataset.sides.split("|");
  const size = viewer.getDimensions();
  const centre = viewer.getBoundingBoxCenter();
  const low = centre.y - size.y / 2;
  const places = [
    [x, centre.x, low, centre.z + size.z / 2],
    [y, centre.x + size.x / 2, low, centre.z],
    [z, centre.x + size.x / 2, centre.y, centre.z + size.z / 2],
  ];
  places.forEach(([text, ...at], number) => {
    const mark = document.createElement("span");
    mark.className = "fb-dim";
    mark.slot = `hotspot-side-${number}`;
    mark.dataset.position = at.map((value) => `${value}m`).join(" ");
    mark.textContent = text;
    viewer.append(mark);
  });
});

if (document.querySelector("[data-refresh]")) setTimeout(() => location.reload(), 1500);
