/* Shows only the secret fields that the chosen type of credential has; without script all show. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const FIELDS = {
    ssh: ["password", "private_key", "passphrase"],
    snmp: ["community", "security_name", "auth_password", "priv_password"],
    api_key: ["api_key", "token"],
    password: ["password"],
    winrm: ["password"],
    certificate: ["certificate", "private_key", "passphrase"],
    pki: ["certificate", "private_key", "passphrase"],
    active_directory: ["password"],
  };
  const kind = document.querySelector("select[name=credential_type]");
  if (!kind) return;
  const all = [...new Set(Object.values(FIELDS).flat())];

  function rowOf(name) {
    const field = document.querySelector(`[name="${name}"]`);
    return field && field.closest(".pb-field, .form-row");
  }

  function show() {
    const wanted = FIELDS[kind.value];
    all.forEach((name) => {
      const row = rowOf(name);
      if (row) row.hidden = Boolean(wanted) && !wanted.includes(name);
    });
  }

  kind.addEventListener("change", show);
  show();
});
