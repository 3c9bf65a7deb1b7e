/* Shows only the fields that the choice above them asks for; without script all show. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  function rowOf(name) {
    const field = document.querySelector(`[name="${name}"]`);
    return field && field.closest(".pb-field, .form-row");
  }

  document.querySelectorAll("select[data-fields]").forEach((kind) => {
    const fields = JSON.parse(kind.dataset.fields);
    const all = new Set(Object.values(fields).flat());
    all.delete("username");

    function show() {
      const wanted = fields[kind.value];
      all.forEach((name) => {
        const row = rowOf(name);
        if (row) row.hidden = Boolean(wanted) && !wanted.includes(name);
      });
    }

    kind.addEventListener("change", show);
    show();
  });
});
