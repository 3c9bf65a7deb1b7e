// Brings fresh cards every 30 s, and leaves alone what is being read or reached by keyboard.
const box = document.getElementById("pb-cards");
const note = document.querySelector("[data-fresh]");

function signature(card) {
  return card.textContent.replace(/\s+/g, " ").trim();
}

function isInUse(node) {
  return node.matches(":hover") || node.contains(document.activeElement) || Boolean(document.querySelector("dialog[open]"));
}

function sameShape(fresh) {
  const slugs = (root) => [...root.querySelectorAll("article[data-card]")].map((card) => card.dataset.card).join();
  return slugs(fresh) === slugs(box);
}

function swap(fresh) {
  if (!sameShape(fresh)) {
    if (isInUse(box)) return false;
    const top = window.scrollY;
    box.replaceChildren(...fresh.childNodes);
    window.scrollTo(0, top);
    return true;
  }
  let all = true;
  fresh.querySelectorAll("[data-card]").forEach((card) => {
    const old = box.querySelector(`[data-card="${CSS.escape(card.dataset.card)}"]`);
    if (!old || signature(old) === signature(card)) return;
    if (isInUse(old)) all = false;
    else old.replaceWith(card);
  });
  return all;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(box.dataset.refresh, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    const fresh = document.createElement("div");
    fresh.innerHTML = await response.text();
    if (swap(fresh)) note.textContent = `As of ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  } catch {
    note.textContent = "Not refreshed: the site does not answer";
  }
}

if (box) {
  setInterval(refresh, Number(box.dataset.every) * 1000);
  document.addEventListener("visibilitychange", refresh);
  window.patchbayRefresh = refresh;
}
