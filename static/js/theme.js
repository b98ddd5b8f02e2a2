// The theme switch works as a plain form; here it changes the page at once and saves in the background.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !event.submitter) {
    return;
  }
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const data = new FormData(form);
  data.set("theme", theme);
  try {
    await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  } catch {
    document.dispatchEvent(new CustomEvent("toast:network"));
  }
});
