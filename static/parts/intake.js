// Photo intake: asks the helpers, fills in what they propose, leaves the choice to the person.
import { csrfToken, post } from "../core/http.js";

const form = document.querySelector("[data-intake]");
const photo = form.querySelector("[data-photo]");
const shown = form.querySelector("[data-photo-shown]");
const words = form.querySelector("[data-words]");
const state = form.querySelector("[data-read-state]");
const POLL_MS = 800, LONGEST_MS = 300000;

photo.addEventListener("file-chosen", () => {
  const [file] = photo.files;
  shown.hidden = !file;
  if (file) shown.src = URL.createObjectURL(file);
});

async function answer(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message || "It did not work.");
  return body.data;
}

async function task(path, body, headers) {
  const started = await answer(await post(`/api/stock/ai/${path}`, body, headers));
  const end = Date.now() + LONGEST_MS;
  while (Date.now() < end) {
    const job = await answer(await fetch(`/api/stock/tasks/${started.task_id}`, { credentials: "same-origin" }));
    if (job.status === "completed") return job.result;
    if (["failed", "cancelled"].includes(job.status)) throw new Error(job.error || "It was cancelled.");
    state.textContent = job.progress?.text || "Reading…";
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error("It took too long.");
}

function fill(name, value, source) {
  const field = form.querySelector(`[data-field="${name}"]`);
  if (!field || value === null || value === undefined || value === "" || field.value) return;
  field.value = Array.isArray(value) ? value.join(", ") : value;
  const from = form.querySelector(`[data-source="${name}"]`);
  if (from) from.textContent = `from ${source}`;
}

async function readWithAssistant() {
  const body = new FormData();
  if (words.value.trim()) body.append("text", words.value.trim());
  if (photo.files[0]) body.append("image", photo.files[0]);
  const found = await task("analyze", body);
  const part = found.analysis_result;
  if (part) {
    const { type, existing_type_id: known, ...fields } = part;
    Object.entries(fields).forEach(([name, value]) => fill(name, value, "the assistant"));
    if (known) fill("type", String(known), "the assistant");
    else if (type) form.querySelector('[data-source="type"]').textContent = `the assistant says “${type}”, which is no type yet`;
  }
  const same = (found.duplicate_parts || []).map((one) => `${one.part_id4} (${one.confidence})`);
  form.querySelector("[data-duplicates]").textContent = same.length ? `It may be here already: ${same.join(", ")}.` : "";
  return part ? "Look at each field, then add the part." : found.analysis_failure_reason || "Nothing was found.";
}

async function readByRules() {
  const text = words.value.trim();
  if (!text) return "Write some words first.";
  const body = JSON.stringify({ description: text });
  const headers = { "Content-Type": "application/json" };
  const tags = await task("suggest-tags", body, headers);
  const kind = await task("suggest-category", body, headers);
  fill("description", text, "your words");
  fill("tags", tags.tags, tags.source === "ai" ? "the assistant" : "rules");
  fill("type", kind.type_id ? String(kind.type_id) : "", kind.source === "ai" ? "the assistant" : "rules");
  return "Look at each field, then add the part.";
}

form.querySelector("[data-read]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  if (!csrfToken()) return;
  button.disabled = true;
  state.textContent = "Reading…";
  try {
    state.textContent = await (form.dataset.intake === "ai" ? readWithAssistant() : readByRules());
  } catch (error) {
    state.textContent = error.message;
  }
  button.disabled = false;
});

form.addEventListener("submit", () => {
  form.querySelectorAll("[data-accept]").forEach((box) => {
    const field = form.querySelector(`[data-field="${box.dataset.accept}"]`);
    if (!box.checked && field && box.dataset.accept !== "description") field.disabled = true;
  });
});
