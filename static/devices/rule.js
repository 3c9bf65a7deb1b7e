/* Builds a rule of devices from rows, and says how many devices it means now; without script the
   rule is typed as JSON. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll("textarea[data-rule]").forEach(build);

  function build(field) {
    const known = JSON.parse(field.dataset.rule);
    const byName = new Map(known.map((one) => [one.name, one]));
    const rows = element("div", { className: "dv-rule" });
    const add = element("button", { type: "button", className: "pb-button", textContent: "Add a condition" });
    const said = element("p", { className: "dv-count" });
    const json = element("details", { className: "dv-json" });
    rows.setAttribute("role", "group");
    rows.setAttribute("aria-label", "Conditions");
    said.setAttribute("role", "status");
    field.before(rows, add, said, json);
    json.append(element("summary", { textContent: "As JSON" }), field);
    let wait = null;
    let asked = 0;

    add.addEventListener("click", function () {
      row(known[0].name, "").querySelector("select").focus();
      write();
    });
    field.addEventListener("input", function () {
      if (typeof read() === "object") draw();
      later();
    });
    if (field.value.trim() === "null") field.value = "";
    json.open = typeof read() === "string";
    draw();
    count();

    function element(tag, values) {
      return Object.assign(document.createElement(tag), values);
    }

    function row(name, value) {
      const line = element("div", { className: "dv-rule-row" });
      const which = element("select", {});
      which.setAttribute("aria-label", "Field");
      known.forEach((one) => which.append(new Option(one.label, one.name, false, one.name === name)));
      const word = element("span", { className: "dv-rule-word" });
      const off = element("button", { type: "button", className: "pb-button", textContent: "Remove" });
      line.append(which, word, valueOf(name, value), off);
      which.addEventListener("change", function () {
        line.replaceChild(valueOf(which.value, ""), line.children[2]);
        write();
      });
      line.addEventListener("input", write);
      off.addEventListener("click", function () {
        line.remove();
        write();
        add.focus();
      });
      rows.append(line);
      return line;
    }

    function valueOf(name, value) {
      const { values, is_free } = byName.get(name);
      let made;
      if (is_free) {
        made = element("input", { type: "text", value: value });
      } else {
        made = element("select", {});
        made.append(new Option("Choose", ""));
        const all = values.some((one) => one[0].toLowerCase() === value.toLowerCase()) || !value;
        (all ? values : values.concat([[value, value]])).forEach(function ([text, shown]) {
          made.append(new Option(shown, text, false, text.toLowerCase() === value.toLowerCase() && value !== ""));
        });
      }
      made.setAttribute("aria-label", "Value");
      return made;
    }

    /* The rule that is typed: an object, null without one, or what is wrong with it. */
    function read() {
      const text = field.value.trim();
      if (!text) return null;
      let rule;
      try {
        rule = JSON.parse(text);
      } catch (error) {
        return 'A rule is JSON, such as {"site": "Lab"}.';
      }
      if (rule === null || typeof rule !== "object" || Array.isArray(rule)) return 'A rule is an object, such as {"site": "Lab"}.';
      for (const [name, wanted] of Object.entries(rule)) {
        if (!byName.has(name)) return `A rule knows ${[...byName.keys()].join(", ")}; not ${name}.`;
        const options = [wanted].flat();
        if (!options.length || !options.every((one) => typeof one === "string")) return `${name} is a text, or a list of texts.`;
      }
      return rule;
    }

    function draw() {
      const rule = read();
      rows.replaceChildren();
      if (rule === null || typeof rule === "string") return;
      Object.entries(rule).forEach(([name, wanted]) => [wanted].flat().forEach((value) => row(name, value)));
      speak();
    }

    function speak() {
      const seen = new Set();
      [...rows.children].forEach(function (line) {
        const name = line.children[0].value;
        line.children[1].textContent = (seen.has(name) ? "or " : "") + byName.get(name).word;
        seen.add(name);
      });
    }

    /* Write the rows as JSON; a row without a value is left out until it has one. */
    function write() {
      const rule = {};
      [...rows.children].forEach(function (line) {
        const [name, value] = [line.children[0].value, line.children[2].value.trim()];
        if (value) rule[name] = name in rule ? [rule[name], value].flat() : value;
      });
      field.value = Object.keys(rule).length ? JSON.stringify(rule) : "";
      speak();
      later();
    }

    function later() {
      clearTimeout(wait);
      wait = setTimeout(count, 300);
    }

    function tell(text, wrong) {
      said.textContent = text;
      said.classList.toggle("dv-wrong", Boolean(wrong));
    }

    async function count() {
      const mine = ++asked;
      const rule = read();
      if (rule === null) return tell(field.dataset.without);
      if (typeof rule === "string") return tell(rule, true);
      const cookie = document.cookie.match(/(?:^|;\s*)XSRF-TOKEN=([^;]*)/);
      const answer = await fetch("/api/device_groups/preview", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-XSRF-TOKEN": cookie ? decodeURIComponent(cookie[1]) : "" },
        body: JSON.stringify({ rule: rule }),
      });
      const found = await answer.json().catch(() => ({}));
      if (mine !== asked) return;
      if (!answer.ok) return tell((found.error && found.error.message) || "The rule cannot be read.", true);
      const { count: number, sample } = found.data;
      const names = sample.slice(0, 5).map((one) => one.name).join(", ");
      tell(`${number} ${number === 1 ? "device matches" : "devices match"} now${names ? ": " + names : ""}${number > 5 ? " and more" : ""}.`);
    }
  }
});
