/* Says, while somebody types a group's rule, how many devices it means now. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const field = document.querySelector("textarea[name=rule]");
  if (!field) return;
  if (field.value.trim() === "null") field.value = "";
  const said = document.createElement("p");
  said.className = "dv-count";
  said.setAttribute("role", "status");
  field.after(said);
  let wait = null;
  let asked = 0;

  function token() {
    const found = document.cookie.match(/(?:^|;\s*)XSRF-TOKEN=([^;]*)/);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function tell(text, wrong) {
    said.textContent = text;
    said.classList.toggle("dv-wrong", Boolean(wrong));
  }

  async function count() {
    const mine = ++asked;
    const text = field.value.trim();
    if (!text) return tell("Without a rule the group holds the addresses put into it.");
    let rule;
    try {
      rule = JSON.parse(text);
    } catch (error) {
      return tell('A rule is JSON, such as {"site": "Lab"}.', true);
    }
    const answer = await fetch("/api/device_groups/preview", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-XSRF-TOKEN": token() },
      body: JSON.stringify({ rule: rule }),
    });
    const found = await answer.json().catch(() => ({}));
    if (mine !== asked) return;
    if (!answer.ok) return tell((found.error && found.error.message) || "The rule cannot be read.", true);
    const names = found.data.sample.slice(0, 5).map((one) => one.name).join(", ");
    tell(found.data.count + " devices match now" + (names ? ": " + names + (found.data.count > 5 ? " and more" : "") : "") + ".");
  }

  field.addEventListener("input", function () {
    clearTimeout(wait);
    wait = setTimeout(count, 300);
  });
  count();
});
