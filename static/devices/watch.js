// The page of a scan or a run at work: brings what is new, and loads again when it has ended.
const EVERY_MS = 1500;
const PARTS = [".pb-head", ".pb-facts", "[data-watch]", ".pb-tab"];
const isRead = () => document.hidden || Boolean(document.querySelector("dialog[open], details[open]")) || !document.getSelection().isCollapsed;

function swap(fresh) {
  PARTS.forEach((part) => {
    const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && now && old.innerHTML !== now.innerHTML) old.replaceWith(now);
  });
}

async function follow() {
  if (isRead()) return;
  const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isRead()) return;
  if (fresh.querySelector("[data-watch]")) swap(fresh);
  else location.reload();
}

async function again() {
  await follow().catch(() => {});
  setTimeout(again, EVERY_MS);
}

setTimeout(again, EVERY_MS);
