// <form data-sending="/address/of/the/page/">: without a network nothing is sent, and the page with what was typed stays; while the server
// takes its time the form's [data-save-state] says so, and after a while it may be sent once more.
"use strict";

(() => {
  const AGAIN_MS = 15000;

  function tell(form, state) {
    const place = form.querySelector("[data-save-state]");
    if (place) {
      place.dataset.state = state;
      place.textContent = place.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
    }
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.matches("form[data-sending]") && !navigator.onLine) {
        event.preventDefault();
        event.stopImmediatePropagation();
        tell(form, "offline");
        document.dispatchEvent(new CustomEvent("toast:network"));
      }
    },
    true,
  );

  // A refused form stands under the address that it was sent to: reloading is to show the page, not to send again.
  const page = document.querySelector("form[data-sending]")?.dataset.sending;
  if (page) {
    history.replaceState(history.state, "", page);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-sending]") && !event.defaultPrevented) {
      tell(form, "sending");
      setTimeout(() => delete form.dataset.sent, AGAIN_MS);
    }
  });
})();
