// Messages that come and go, and what failed requests have to say. A server sends one with the event "toast".
"use strict";

(() => {
  const region = document.getElementById("toasts");
  const list = region?.querySelector("[data-toast-list]");
  const STAYS_MS = 6000;
  const HTTP = { FORBIDDEN: 403, NOT_FOUND: 404, CONFLICT: 409, GONE: 410, REFUSED: 422, BROKEN: 500 };

  function leaveLater(toast) {
    if (toast.classList.contains("is-danger")) {
      return; // an error stays until it is read
    }
    let timer = setTimeout(() => toast.remove(), STAYS_MS);
    toast.addEventListener("mouseenter", () => clearTimeout(timer));
    toast.addEventListener("mouseleave", () => {
      timer = setTimeout(() => toast.remove(), STAYS_MS);
    });
  }

  function show(text, tone) {
    const template = region.querySelector(`[data-toast-template="${tone}"]`) ?? region.querySelector("template");
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.querySelector("p").textContent = text;
    for (const earlier of list.querySelectorAll("[data-toast]")) {
      if (earlier.querySelector("p").textContent === text) {
        earlier.remove();
      }
    }
    list.append(toast);
    leaveLater(toast);
  }

  if (!list) {
    return;
  }
  for (const toast of list.querySelectorAll("[data-toast]")) {
    leaveLater(toast);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) {
      event.target.closest("[data-toast]").remove();
    }
  });
  document.addEventListener("toast", (event) => show(event.detail.text ?? event.detail.value, event.detail.tone ?? "ok"));
  document.addEventListener("toast:network", () => show(region.dataset.textNetwork, "danger"));
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => show(region.dataset.textNetwork, "danger"));
  }
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === HTTP.FORBIDDEN) {
      show(region.dataset.textForbidden, "danger");
    } else if ([HTTP.NOT_FOUND, HTTP.CONFLICT, HTTP.GONE].includes(status)) {
      show(region.dataset.textGone, "warn");
    } else if (status >= HTTP.BROKEN) {
      show(region.dataset.textServer, "danger");
    } else {
      show(region.dataset.textRefused, "danger");
    }
  });
})();
