// <form data-unsaved>: leaving the page with typed and unsaved text asks first.
"use strict";

(() => {
  const dirty = new Set();
  let submitting = false;

  function formOf(event) {
    return event.target.closest?.("form[data-unsaved]");
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = formOf(event);
      if (form) {
        dirty.add(form);
      }
    });
  }
  // Sent by autosave.js: the server has what is in the form. By keep.js: the tab has it.
  for (const name of ["autosave:saved", "form:kept"]) {
    document.addEventListener(name, (event) => dirty.delete(event.target));
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) {
      dirty.delete(event.target.closest?.("form"));
    }
  });
  document.addEventListener("submit", (event) => {
    submitting = !event.defaultPrevented && event.target.matches("form");
  });
  window.addEventListener("beforeunload", (event) => {
    const left = [...dirty].some((form) => form.isConnected);
    if (left && !submitting) {
      event.preventDefault();
    }
    submitting = false;
  });
})();
