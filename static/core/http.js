// Same-origin calls with the CSRF pair of the site.
export function csrfToken() {
  const found = document.cookie.match(/(?:^|;\s*)XSRF-TOKEN=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

export function post(url, body, headers = {}) {
  return fetch(url, {
    method: "POST",
    body,
    credentials: "same-origin",
    headers: { "X-XSRF-TOKEN": csrfToken(), ...headers },
  });
}
