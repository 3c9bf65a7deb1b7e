// The review of a scan: one decision for all rows at once.
const all = document.querySelector("[data-all]");
if (all) all.hidden = false;

all?.addEventListener("click", (event) => {
  const { value } = event.target;
  if (!value) return;
  document.querySelectorAll(`input[type=radio][value="${value}"]`).forEach((choice) => { choice.checked = true; });
});
