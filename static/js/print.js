// A button that prints the page: [data-print]; form[data-printed] tells the server that a page goes to the printer,
// whichever way it was sent there.
"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) {
    window.print();
  }
});

window.addEventListener("beforeprint", () => {
  for (const form of document.querySelectorAll("form[data-printed]")) {
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" }).catch(() => {});
  }
});
