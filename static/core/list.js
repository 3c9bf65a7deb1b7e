// Ticked rows and the bar of verbs that appears with them.
const form = document.querySelector("form[data-list]");
const bar = form?.querySelector("[data-bulk]");

function ticks() {
  return [...form.querySelectorAll("[data-tick]")];
}

function refresh() {
  const all = ticks();
  const ticked = all.filter((box) => box.checked);
  const across = form.querySelector("[data-across]");
  all.forEach((box) => box.closest("tr").classList.toggle("pb-ticked", box.checked));
  bar.toggleAttribute("data-idle", ticked.length === 0);
  if (across && ticked.length < all.length) across.checked = false;
  bar.querySelector(".pb-across")?.toggleAttribute("hidden", ticked.length < all.length);
  const label = across?.checked ? across.closest("label").textContent.trim() : String(ticked.length);
  bar.querySelector("[data-bulk-count]").textContent = `${label} ticked`;
  const head = form.querySelector("[data-tick-all]");
  head.checked = ticked.length === all.length;
  head.indeterminate = ticked.length > 0 && ticked.length < all.length;
}

if (bar) {
  let last = null;
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) ticks().forEach((box) => { box.checked = event.target.checked; });
    refresh();
  });
  form.addEventListener("click", (event) => {
    const box = event.target.closest("[data-tick]");
    if (box && event.shiftKey && last) {
      const all = ticks();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
      refresh();
    }
    if (box) last = box;
    if (event.target.closest("[data-untick]")) {
      ticks().forEach((other) => { other.checked = false; });
      refresh();
    }
  });
  window.addEventListener("pageshow", refresh);
  refresh();
}
