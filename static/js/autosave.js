// <form data-autosave-url="…">: what is typed goes to the server a moment later, and when the page is left.
// The state stands in the form's [data-save-state]; its texts are data-text-saving, -saved, -refused, -offline,
// -expired (signed out, or signed in anew since).
// The server answers 204 or 2xx JSON {"saved_at": "14:03"}; refusing, 4xx JSON {"message": "…"}, with "kept": true
// when the text was kept all the same. The form is never changed.
"use strict";

(() => {
  const WAIT_MS = 1500;
  const AGAIN_MS = 10000;
  const pending = new Map();
  const latest = new WeakMap();
  const sent = new WeakSet();

  function tell(form, state, extra) {
    const place = form.querySelector("[data-save-state]");
    if (!place) {
      return;
    }
    const text = place.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
    place.dataset.state = state;
    place.textContent = [text, extra].filter(Boolean).join(" ");
  }

  function clockTime() {
    return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }

  async function save(form, leaving = false) {
    clearTimeout(pending.get(form));
    pending.delete(form);
    const number = (latest.get(form) ?? 0) + 1;
    latest.set(form, number);
    tell(form, "saving");
    let response;
    try {
      response = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        keepalive: leaving,
        redirect: "manual",
      });
    } catch {
      if (!sent.has(form)) {
        tell(form, "offline");
        pending.set(form, setTimeout(() => save(form), AGAIN_MS));
      }
      return;
    }
    const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json().catch(() => ({})) : {};
    if (latest.get(form) !== number) {
      return; // a later save is on its way and will speak
    }
    if (response.ok) {
      tell(form, "saved", answer.saved_at ?? clockTime());
      if (!pending.has(form)) {
        form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true }));
      }
    } else {
      if (answer.kept) {
        tell(form, "moved", answer.message);
      } else if (answer.message) {
        tell(form, "refused", answer.message);
      } else {
        tell(form, "expired");
      }
      form.dispatchEvent(new CustomEvent("autosave:refused", { bubbles: true, detail: answer }));
    }
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest?.("form[data-autosave-url]");
      if (!form) {
        return;
      }
      sent.delete(form);
      clearTimeout(pending.get(form));
      pending.set(form, setTimeout(() => save(form), WAIT_MS));
    });
  }

  function saveWaiting() {
    for (const form of [...pending.keys()]) {
      if (form.isConnected) {
        save(form, true);
      }
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      saveWaiting();
    }
  });
  window.addEventListener("pagehide", saveWaiting);
  window.addEventListener("online", () => {
    for (const form of document.querySelectorAll("form[data-autosave-url]:has([data-save-state][data-state=offline])")) {
      save(form);
    }
  });
  // The real save carries everything; a draft that came after it would open it again.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    sent.add(event.target);
    clearTimeout(pending.get(event.target));
    pending.delete(event.target);
  });
})();
