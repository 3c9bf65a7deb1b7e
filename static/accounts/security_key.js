// Security keys: one is added on the account's page, and used in the second step.
const NOT_HERE =
  "This browser offers no security keys here: they need https, or the host name localhost.";
const SENTENCES = {
  NotAllowedError: "No key answered. Try again.",
  InvalidStateError: "This key is registered already.",
  SecurityError: NOT_HERE,
};
const works =
  window.isSecureContext && "PublicKeyCredential" in window &&
  "parseCreationOptionsFromJSON" in PublicKeyCredential;

function say(form, text) {
  const place = form.querySelector("[data-said]");
  place.textContent = text;
  place.hidden = !text;
}

function send(form, values) {
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  HTMLFormElement.prototype.submit.call(form);
}

async function add(form) {
  const answer = await fetch(form.dataset.keyAdd, { method: "POST", body: new FormData(form) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(said.publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  form.elements.password.value = "";
  send(form, { state: said.state, credential: JSON.stringify(credential) });
}

async function use(form) {
  const asked = JSON.parse(document.getElementById("asked").textContent);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  const credential = await navigator.credentials.get({ publicKey });
  send(form, { credential: JSON.stringify(credential) });
}

for (const form of document.querySelectorAll("[data-key-add], [data-key-use]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!works) return say(form, NOT_HERE);
    say(form, "");
    try {
      await ("keyAdd" in form.dataset ? add(form) : use(form));
    } catch (refusal) {
      say(form, SENTENCES[refusal.name] || refusal.message);
    }
  });
}
