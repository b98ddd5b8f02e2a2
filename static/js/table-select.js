// Rows of a table: [data-select-all], [data-select-row], and a [data-select-bar] with [data-select-count] in one
// [data-select] element. Shift-click takes all rows in between.
"use strict";

(() => {
  let last = null;

  function rows(scope) {
    return [...scope.querySelectorAll("[data-select-row]:not(:disabled)")];
  }

  function refresh(scope) {
    const all = rows(scope);
    const chosen = all.filter((row) => row.checked).length;
    const head = scope.querySelector("[data-select-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === all.length;
      head.indeterminate = chosen > 0 && chosen < all.length;
    }
    const bar = scope.querySelector("[data-select-bar]");
    if (bar) {
      bar.hidden = chosen === 0;
      bar.querySelector("[data-select-count]").textContent = String(chosen);
    }
  }

  document.addEventListener("click", (event) => {
    const scope = event.target.closest?.("[data-select]");
    if (!scope) {
      return;
    }
    if (event.target.matches("[data-select-all]")) {
      for (const row of rows(scope)) {
        row.checked = event.target.checked;
      }
    } else if (event.target.matches("[data-select-row]")) {
      const all = rows(scope);
      if (event.shiftKey && last?.isConnected && all.includes(last)) {
        const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
        for (const row of all.slice(from, to + 1)) {
          row.checked = event.target.checked;
        }
      }
      last = event.target;
    } else {
      return;
    }
    refresh(scope);
  });

  function refreshAll() {
    document.querySelectorAll("[data-select]").forEach(refresh);
  }

  document.addEventListener("DOMContentLoaded", refreshAll);
  document.addEventListener("htmx:afterSettle", refreshAll);
  window.addEventListener("pageshow", refreshAll); // the back button brings ticks back
})();
