// Keyboard shortcuts. data-key="n" on a button, link, field or section; "?" lists them, "/" goes to the search.
// Keys that a page handles itself are listed with <span hidden data-key-note="Esc">what it does</span>. A key that was
// used is told as the event "key:used" on its element.
// Silent while somebody types, while a dialog or menu is open, and with Ctrl, Alt or Meta.
"use strict";

(() => {
  const TYPING = "input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=file]), textarea, select, [contenteditable]";

  function isVisible(element) {
    return element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) : element.offsetParent !== null;
  }

  function bound() {
    return [...document.querySelectorAll("[data-key]")].filter((element) => isVisible(element) && !element.disabled);
  }

  function act(element) {
    if (element.matches("a, button, input[type=radio], input[type=checkbox], summary")) {
      element.focus();
      element.click();
    } else if (element.matches("label")) {
      element.control?.focus();
      element.click();
    } else if (element.matches(TYPING)) {
      element.focus();
      element.select?.();
    } else {
      const first = element.querySelector("input:checked, input, select, textarea, button, a");
      (first ?? element).focus();
      element.scrollIntoView({ block: "nearest" });
    }
  }

  function label(element) {
    return (
      element.dataset.keyLabel ||
      element.getAttribute("aria-label") ||
      (element.matches("input, select, textarea") ? element.labels[0] : element.querySelector("span"))?.textContent ||
      element.textContent
    ).trim();
  }

  function addRow(list, key, text) {
    const term = document.createElement("dt");
    const mark = document.createElement("kbd");
    mark.className = "key";
    mark.textContent = key;
    term.append(mark);
    const meaning = document.createElement("dd");
    meaning.textContent = text;
    list.append(term, meaning);
  }

  function fillSheet() {
    const list = document.querySelector("[data-key-list]");
    list.replaceChildren();
    const seen = new Set();
    for (const element of bound()) {
      if (!seen.has(element.dataset.key)) {
        seen.add(element.dataset.key);
        addRow(list, element.dataset.key, label(element));
      }
    }
    for (const note of document.querySelectorAll("[data-key-note]")) {
      if (!seen.has(note.dataset.keyNote)) {
        addRow(list, note.dataset.keyNote, note.textContent.trim());
      }
    }
    if (document.querySelector("[data-search]")) {
      addRow(list, "/", list.dataset.textSearch);
    }
    addRow(list, "?", list.dataset.textHelp);
  }

  document.getElementById("key-sheet")?.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") {
      fillSheet();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-open='key-sheet']")) {
      fillSheet();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (document.querySelector("dialog[open], [popover]:popover-open") || event.target.closest?.(TYPING)) {
      return;
    }
    if (event.key === "?") {
      fillSheet();
      document.getElementById("key-sheet").showModal();
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (!search) {
        return;
      }
      search.focus();
      search.select();
    } else {
      const element = bound().find((candidate) => candidate.dataset.key === event.key);
      if (!element) {
        return;
      }
      act(element);
      element.dispatchEvent(new CustomEvent("key:used", { bubbles: true }));
    }
    event.preventDefault();
  });
})();
