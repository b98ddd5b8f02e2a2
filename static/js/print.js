// A button that prints the page: [data-print].
"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) {
    window.print();
  }
});
