// The call screen: Ctrl+Enter saves, "b" goes on to the time of a call-back, "c" copies the note into a complaint,
// and a dissatisfied answer opens the complaint. Without this file the same fields are filled by hand.
"use strict";

(() => {
  const form = document.querySelector("[data-call]");
  if (!form) {
    return;
  }
  const complaint = form.querySelector("[data-complaint]");
  const text = form.elements.complaint;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
    }
  });

  // The field of the time is hidden until its result is chosen, and a hidden field hears no key.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select");
    if (event.key !== "b" || typing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) {
      return;
    }
    const result = form.querySelector("[data-consequence='call_back']");
    if (result && !document.querySelector("dialog[open], [popover]:popover-open")) {
      result.checked = true;
      result.dispatchEvent(new Event("change", { bubbles: true }));
      form.elements.promised_at.focus();
      event.preventDefault();
    }
  });

  // Opened by an answer, the focus stays with the questions; opened by hand or by "c", it goes to the words.
  let byAnswer = false;
  complaint?.addEventListener("toggle", () => {
    if (complaint.open) {
      if (!text.value.trim() && form.elements.note.value.trim()) {
        text.value = form.elements.note.value;
        text.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (!byAnswer) {
        text.focus();
      }
    }
  });
  complaint?.querySelector("summary").addEventListener("click", (event) => {
    if (byAnswer && complaint.open) {
      event.preventDefault();
      text.focus();
    }
    byAnswer = false;
  });

  form.addEventListener("change", (event) => {
    if (event.target.name?.startsWith("q_") && event.target.value === "dissatisfied" && event.target.checked && complaint) {
      byAnswer ||= !complaint.open;
      complaint.open = true;
    }
  });

  // A second click on "save" while the first is on its way sends nothing.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && !event.submitter?.formAction?.endsWith("/release/")) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
})();
