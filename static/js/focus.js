// Where the keyboard is after a part of the page was replaced.
"use strict";

(() => {
  function wanted(root) {
    return (
      root.querySelector?.("[aria-invalid='true']") ??
      root.querySelector?.("[data-form-errors]") ??
      root.querySelector?.("[autofocus], [data-focus]")
    );
  }

  let before = null;

  document.addEventListener("htmx:beforeSwap", () => {
    before = document.activeElement;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt;
    const target = wanted(root);
    if (target) {
      target.focus();
      return;
    }
    // htmx keeps the focus on an element that has an id. Only when the focused element is gone it must go somewhere.
    if (before && !before.isConnected && document.activeElement === document.body && root.isConnected) {
      if (!root.matches("a, button, input, select, textarea, [tabindex]")) {
        root.setAttribute("tabindex", "-1");
      }
      root.focus({ preventScroll: true });
    }
  });

  // A page that came back from a refused form starts at what is wrong.
  document.addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector("main:not(:has([data-quiet-errors]))");
    const errors = main?.querySelector("[data-form-errors]") ?? main?.querySelector("[aria-invalid='true']");
    errors?.focus();
  });
})();
