// The frame: keys, menus, sidebar on a phone, toasts, copying, colours.
import "./dialog.js";
import "./list.js";
import { openPalette } from "./palette.js";

const TOAST_MS = 10000;
const body = document.body;
body.classList.add("pb-scripts");

// The theme writes the name of a chosen file into a text field that only its own widget has.
Object.defineProperty(HTMLInputElement.prototype, "hasChangeListener", {
  get() { return this.type === "file"; },
  set() {},
});

function closeMenus(except) {
  document.querySelectorAll("details.pb-menu[open]").forEach((menu) => {
    if (menu !== except) menu.removeAttribute("open");
  });
}

function showSidebar(open) {
  body.classList.toggle("pb-sidebar-open", open);
  document.querySelector("[data-open-sidebar]")?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".pb-sidebar a")?.focus();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("pb-copied");
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    button.classList.remove("pb-copied");
    button.setAttribute("aria-label", `Copy ${button.dataset.copy}`);
  }, 1500);
}

function nameTheme() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const choice = window.patchbayTheme.chosen();
  const words = { auto: ["system", "monitor"], light: ["light", "sun"], dark: ["dark", "moon"] };
  const [word, symbol] = words[choice] || words.auto;
  button.setAttribute("aria-label", `Colours: ${word}`);
  button.title = `Colours: ${word}`;
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${symbol}`));
}

document.addEventListener("click", (event) => {
  const target = event.target;
  closeMenus(target.closest("details.pb-menu"));
  if (target.closest("[data-open-palette]")) {
    event.preventDefault();
    openPalette();
  } else if (target.closest("[data-open-sidebar]")) showSidebar(!body.classList.contains("pb-sidebar-open"));
  else if (target.closest("[data-close-sidebar]")) showSidebar(false);
  else if (target.closest("[data-theme-toggle]")) {
    window.patchbayTheme.next();
    nameTheme();
  } else if (target.closest("[data-close-toast]")) target.closest("[data-toast]").remove();
  else if (target.closest("[data-copy]")) copy(target.closest("[data-copy]"));
  else if (target.closest("[data-show-keys]")) document.getElementById("pb-keys").showModal();
});

// What else the page's own scripts listen for.
document.querySelectorAll("template[data-keys]").forEach((keys) => {
  document.querySelector("#pb-keys dl")?.append(keys.content.cloneNode(true));
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "Escape") {
    const menu = document.querySelector("details.pb-menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
    showSidebar(false);
  } else if (!typing && event.key === "/" && !document.querySelector("dialog[open]")) {
    const field = document.querySelector("[data-list-search]");
    if (field) {
      event.preventDefault();
      field.select();
    } else {
      event.preventDefault();
      openPalette();
    }
  } else if (!typing && event.key === "?" && !document.querySelector("dialog[open]")) {
    document.getElementById("pb-keys")?.showModal();
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrow]")) return;
  const words = event.target.value.toLowerCase();
  event.target.parentElement.querySelectorAll(".pb-choices > a").forEach((choice) => {
    choice.hidden = !choice.textContent.toLowerCase().includes(words);
  });
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.pb-menu[open]")) event.target.querySelector("[data-narrow]")?.focus();
}, true);

document.querySelectorAll("[data-toast]").forEach((toast) => {
  let timer = setTimeout(() => toast.remove(), TOAST_MS);
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", () => { timer = setTimeout(() => toast.remove(), TOAST_MS); });
});

nameTheme();

// The theme's pickers are named by what is chosen alone; they are named by their label too.
function namePicker(picker) {
  const label = document.querySelector(`label[for="${picker.id}"]`);
  const box = picker.nextElementSibling?.querySelector(".select2-selection");
  if (!label || !box) return;
  label.id ||= `${picker.id}_label`;
  const inner = box.querySelector("[role=textbox]");
  box.setAttribute("aria-labelledby", `${label.id} ${inner?.id || ""}`.trim());
  inner?.setAttribute("aria-labelledby", label.id);
}

document.querySelectorAll("select.admin-autocomplete").forEach((picker) => {
  namePicker(picker);
  new MutationObserver(() => namePicker(picker)).observe(picker.parentElement, { childList: true });
});

// On a phone the open tab may lie beyond the edge of its bar.
const openTab = document.querySelector(".pb-tabs [aria-current]");
if (openTab) {
  const bar = openTab.parentElement;
  bar.scrollLeft += openTab.getBoundingClientRect().right - bar.getBoundingClientRect().right + 16;
}
