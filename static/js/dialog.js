// Dialogs: data-dialog-open="id", data-dialog-close, a click beside it; data-confirm="question" on buttons and forms.
"use strict";

(() => {
  const confirmed = new WeakSet();

  function ask(question) {
    const dialog = document.getElementById("confirm");
    dialog.querySelector("#confirm-text").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      const popover = opener.closest("[popover]");
      if (popover) {
        popover.hidePopover();
      }
      document.getElementById(opener.dataset.dialogOpen)?.showModal();
      return;
    }
    if (event.target.closest("[data-dialog-close]")) {
      event.target.closest("dialog")?.close("no");
      return;
    }
    // A click on the backdrop has the dialog itself as its target.
    if (event.target instanceof HTMLDialogElement) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.clientX + event.clientY > 0) {
        event.target.close("no");
      }
    }
  });

  // The question comes before anything else hears of the click.
  document.addEventListener(
    "click",
    async (event) => {
      const button = event.target.closest("button[data-confirm], a[data-confirm]");
      if (!button || confirmed.has(button)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (await ask(button.dataset.confirm)) {
        confirmed.add(button);
        button.click();
        confirmed.delete(button);
      }
    },
    true,
  );

  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target.closest("form[data-confirm]");
      if (!form || confirmed.has(form)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter;
      if (await ask(form.dataset.confirm)) {
        confirmed.add(form);
        form.requestSubmit(submitter);
        confirmed.delete(form);
      }
    },
    true,
  );

  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) {
      return;
    }
    event.preventDefault();
    if (await ask(event.detail.question)) {
      event.detail.issueRequest(true);
    }
  });
})();
