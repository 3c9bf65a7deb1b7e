// The page of an import in the background: asks how far it is, and loads again when it has ended.
const job = document.querySelector("[data-progress]");
const bar = job.querySelector("[data-bar]");
const EVERY_MS = 1000;

function show(name, text) {
  job.querySelector(`[data-${name}]`).textContent = text;
}

async function ask() {
  const answer = await fetch(job.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const now = await answer.json();
  if (!now.is_open) {
    window.location.reload();
    return;
  }
  show("word", now.word);
  show("checked", now.checked.toLocaleString("en"));
  show("total", now.total.toLocaleString("en"));
  bar.max = now.total;
  bar.value = now.checked;
}

setInterval(() => ask().catch(() => {}), EVERY_MS);
