// Answering a questionnaire ([data-answers]) with one key an answer: a digit gives the answer of the question that has
// the focus (0 is ten) and goes on to the next, Enter goes on without one, Esc goes back to the results, whose digits
// are keys again. Who answers by clicking means a result with a digit: data-keyed is there while the keyboard answers.
"use strict";

(() => {
  const pane = document.querySelector("[data-answers]");
  const form = pane?.closest("form");
  if (!form) {
    return;
  }
  const FIELD = "input:not([type=hidden]), select, textarea";

  function isShown(element) {
    return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  }

  // One stop a question: a group of choices is one, and is entered at the answer that it has.
  function stops() {
    const fields = [...pane.querySelectorAll(FIELD)].filter((field) => isShown(field) && !field.disabled);
    return fields.filter((field) => {
      if (field.type !== "radio") {
        return true;
      }
      const group = fields.filter((other) => other.type === "radio" && other.name === field.name);
      return field === (group.find((other) => other.checked) ?? group[0]);
    });
  }

  function isEmpty(field) {
    return field.type === "radio" ? !field.checked : !field.value;
  }

  function goTo(field) {
    pane.toggleAttribute("data-keyed", pane.contains(field));
    field.focus({ preventScroll: true });
    (field.closest(".field") ?? field).scrollIntoView({ block: "nearest" });
  }

  function goOnFrom(field) {
    const all = stops();
    const here = all.findIndex((other) => other === field || (other.type === "radio" && other.name === field.name));
    goTo(all[here + 1] ?? form.elements.note);
  }

  function choiceFor(radio, key) {
    const group = [...form.elements[radio.name]];
    const isScale = group.every((other) => /^\d+$/.test(other.value));
    if (isScale) {
      return group.find((other) => other.value === key) ?? (key === "0" && group.find((other) => other.value === "10"));
    }
    return group[Number(key) - 1];
  }

  function toResults() {
    const results = [...form.elements.outcome];
    (results.find((result) => result.checked) ?? results[0]).focus();
  }

  pane.addEventListener("pointerdown", () => pane.removeAttribute("data-keyed"));
  document.addEventListener("keyup", (event) => {
    if (/^(Tab|Arrow)/.test(event.key)) {
      pane.toggleAttribute("data-keyed", pane.contains(event.target));
    }
  });

  // Before keys.js hears of it: 8 as a score must never become "refuses all calls".
  document.addEventListener(
    "keydown",
    (event) => {
      const field = event.target.closest?.(FIELD);
      const isModified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
      if (!field || isModified || event.isComposing || document.querySelector("dialog[open], [popover]:popover-open")) {
        return;
      }
      if (event.key === "Escape" && form.contains(field)) {
        toResults();
      } else if (!pane.contains(field)) {
        return;
      } else if (event.key === "Enter" && field.tagName !== "TEXTAREA") {
        goOnFrom(field);
      } else if (/^\d$/.test(event.key) && field.type === "radio" && pane.hasAttribute("data-keyed")) {
        const choice = event.repeat ? null : choiceFor(field, event.key);
        if (choice) {
          choice.click();
          goOnFrom(choice);
        }
      } else {
        return;
      }
      event.preventDefault();
    },
    true,
  );

  // A result that was chosen by its key leads on to what it needs; the others are ready to be saved with Enter.
  document.addEventListener("key:used", (event) => {
    const result = event.target.closest("[data-consequence]");
    if (!result) {
      return;
    }
    if (result.dataset.consequence === "done") {
      const next = stops().find(isEmpty) ?? form.elements.note;
      goTo(next);
      return;
    }
    const needed = form.querySelector(`[data-for="${result.dataset.consequence}"] :is(${FIELD})`);
    if (needed && isShown(needed)) {
      needed.focus();
    }
  });

  // A refused call begins at the first field that is wrong: what is typed next belongs there and is no key.
  document.addEventListener("DOMContentLoaded", () => {
    const wrong = form.querySelector(`.has-error :is(${FIELD})`);
    if (wrong && isShown(wrong)) {
      goTo(wrong);
    }
  });
})();
