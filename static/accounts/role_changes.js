// Says below a role's permissions what saving would give and take.
const box = document.getElementById("id_permissions");
if (box && location.pathname.endsWith("/change/")) {
  const said = document.createElement("p");
  said.className = "pb-help pb-rolechanges";
  said.setAttribute("role", "status");
  box.after(said);
  const named = (boxes) => boxes.map((input) => input.labels[0].textContent.trim()).join(", ");
  const tell = () => {
    const all = [...box.querySelectorAll("input[type=checkbox]")];
    const given = named(all.filter((input) => input.checked && !input.defaultChecked));
    const taken = named(all.filter((input) => !input.checked && input.defaultChecked));
    const parts = [given && `Saving gives: ${given}.`, taken && `Saving takes: ${taken}.`];
    said.textContent = parts.filter(Boolean).join(" ");
  };
  box.addEventListener("change", tell);
  tell();
}
