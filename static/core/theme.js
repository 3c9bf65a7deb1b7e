// Sets light or dark before the first paint; the choice is kept in this browser.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const apply = () => {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    root.classList.toggle("dark", dark);
    root.dataset.theme = dark ? "dark" : "light";
    root.dataset.choice = choice;
  };
  system.addEventListener("change", apply);
  window.patchbayTheme = {
    next() {
      const order = { auto: "light", light: "dark", dark: "auto" };
      try { localStorage.setItem("theme", order[chosen()] || "auto"); } catch { /* not kept */ }
      apply();
      return chosen();
    },
    chosen,
  };
  apply();
})();
