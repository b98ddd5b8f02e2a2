// <form data-keep="PERSON" data-keep-version="…" data-sending="/its/page/">: what was typed outlives the end of a session. When the form is
// sent, or its autosave is turned away, it is kept in this tab; back on its page, signed in as the same person, it is
// put in again and [data-kept-notice] shows. It goes as soon as the server has it, with signing out, and with the tab.
"use strict";

(() => {
  const PREFIX = "kept:";
  const signedIn = document.querySelector("form[action$='/sign-out/']") !== null;

  function store() {
    try {
      return window.sessionStorage;
    } catch {
      return undefined; // switched off: then the page is as it was without this file
    }
  }

  function read(key) {
    try {
      return JSON.parse(store()?.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  function write(key, item) {
    try {
      store()?.setItem(key, JSON.stringify(item));
    } catch {
      return; // full
    }
  }

  function keys() {
    return Object.keys(store() ?? {}).filter((key) => key.startsWith(PREFIX));
  }

  function keep(form, sent) {
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
    write(PREFIX + form.dataset.sending, { person: form.dataset.keep, version: form.dataset.keepVersion, sent, fields });
  }

  function putBack(form, fields) {
    const typed = new Map();
    for (const [name, value] of fields) {
      typed.set(name, [...(typed.get(name) ?? []), value]);
    }
    for (const element of form.elements) {
      const values = typed.get(element.name) ?? [];
      if (["radio", "checkbox"].includes(element.type)) {
        element.checked = values.includes(element.value);
      } else if (element.name && !["hidden", "submit", "button", "fieldset"].includes(element.type)) {
        element.value = values.shift() ?? "";
        const folded = element.value && element.closest("details");
        if (folded) {
          folded.open = true;
        }
      }
    }
    form.dispatchEvent(new Event("input", { bubbles: true })); // autosave hands it to the server
    for (const notice of form.querySelectorAll("[data-kept-notice]")) {
      notice.hidden = false;
    }
  }

  const cameFrom = document.referrer ? new URL(document.referrer).pathname : "";
  for (const key of keys()) {
    const item = read(key);
    if (!signedIn) {
      write(key, { ...item, sent: false }); // it was not taken: this page asks who is there
    } else if (item?.sent && cameFrom === key.slice(PREFIX.length)) {
      store().removeItem(key); // the page that answers
    }
  }

  const form = document.querySelector("form[data-keep]");
  const key = PREFIX + form?.dataset.sending;
  const item = form && read(key);
  if (item) {
    if (item.person === form.dataset.keep && item.version === form.dataset.keepVersion) {
      window.addEventListener("DOMContentLoaded", () => putBack(form, item.fields), { once: true });
    } else {
      store().removeItem(key);
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/sign-out/']")) {
      keys().forEach((each) => store().removeItem(each));
    } else if (event.target.matches("form[data-keep]") && !event.defaultPrevented) {
      keep(event.target, true);
    }
  });
  document.addEventListener("autosave:saved", (event) => store()?.removeItem(PREFIX + event.target.dataset.sending));
  document.addEventListener("autosave:refused", (event) => {
    if (event.target.matches("form[data-keep]") && !event.detail.message) {
      keep(event.target, false);
      event.target.dispatchEvent(new CustomEvent("form:kept", { bubbles: true }));
    }
  });
})();
