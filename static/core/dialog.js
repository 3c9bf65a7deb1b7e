// Opens a verb's page as a dialog. Without this file the same address is a page of its own.
import { post } from "./http.js";

const HEADERS = { "X-Patchbay-Dialog": "1" };
const dialog = document.getElementById("pb-dialog");

async function show(response, fallback) {
  const type = response.headers.get("Content-Type") || "";
  if (type.startsWith("application/json")) {
    const { location: target } = await response.json();
    if (new URL(target, location.href).href === location.href) location.reload();
    else location.assign(target);
    return;
  }
  if (!response.ok || response.redirected) {
    location.assign(fallback);
    return;
  }
  dialog.innerHTML = await response.text();
  dialog.setAttribute("aria-labelledby", "pb-dialog-title pb-dialog-target");
  if (!dialog.open) dialog.showModal();
  focusFirst(dialog);
}

function focusFirst(place) {
  const first = place.querySelector(".pb-wrong input, .pb-wrong select, input:not([type=hidden]), select, textarea, .pb-button:not(.pb-danger)");
  first?.focus();
}

const alone = document.querySelector(".pb-dialogpage [data-dialog-form]");
if (alone) focusFirst(alone);

export async function openUrl(url) {
  await show(await fetch(url, { headers: HEADERS, credentials: "same-origin" }), url);
}

async function openFromList(form, button) {
  const body = new FormData(form, button);
  await show(await post(form.getAttribute("action") || location.href, body, HEADERS), location.href);
}

export async function undo(url) {
  const address = new URL(url, location.href);
  const body = new FormData();
  address.searchParams.forEach((value, name) => body.append(name, value));
  body.append("confirm", "1");
  body.append("next", location.pathname + location.search);
  await show(await post(address.pathname, body, HEADERS), url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    openUrl(link.href);
    return;
  }
  const back = event.target.closest("[data-undo]");
  if (back) {
    event.preventDefault();
    undo(back.href);
    return;
  }
  if (event.target.closest("[data-close-dialog]") && dialog.open) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.matches("button[data-dialog]")) {
    event.preventDefault();
    openFromList(event.target, button);
    return;
  }
  if (!event.target.matches("[data-dialog-form]") || !dialog.contains(event.target)) return;
  event.preventDefault();
  button?.setAttribute("aria-disabled", "true");
  await show(await post(event.target.action, new FormData(event.target, button), HEADERS), event.target.action);
});

dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
