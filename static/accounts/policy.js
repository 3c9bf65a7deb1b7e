// The password policy says what the typed rules, not saved yet, think of a password.
const WAIT_MS = 250;
const form = document.querySelector("[data-preview]");
const trial = form.querySelector("[data-trial]");
let timer = 0;

function fill(list, texts) {
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}

async function preview() {
  const sent = new FormData(form);
  sent.set("trial", trial.value);
  const answer = await fetch(form.dataset.preview, { method: "POST", body: sent });
  if (!answer.ok) return;
  const said = await answer.json();
  const wrong = said.wrong ? Object.values(said.wrong) : null;
  if (!wrong) fill(form.querySelector("[data-requirements]"), said.requirements);
  fill(form.querySelector("[data-problems]"), wrong || said.problems);
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(preview, WAIT_MS);
});
trial.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
