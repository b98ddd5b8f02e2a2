// Going through a list without the mouse: [data-row-keys] around a table; j goes to the next row's first link, k to the
// one before, and Enter follows it. Silent while somebody types and in dialogs, as all keys are.
"use strict";

(() => {
  const STEPS = { j: 1, k: -1 };
  const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const scope = document.querySelector("[data-row-keys]");
    if (!scope || event.target.closest(TYPING) || document.querySelector("dialog[open], [popover]:popover-open")) {
      return;
    }
    const links = [...scope.querySelectorAll("tbody tr")].map((row) => row.querySelector("a[href]")).filter(Boolean);
    const present = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const place = present < 0 ? (step > 0 ? 0 : links.length - 1) : present + step;
    if (links[place]) {
      event.preventDefault();
      links[place].focus();
      links[place].scrollIntoView({ block: "nearest" });
    }
  });
})();
