// <button data-copy="13812345678" data-copied="Number copied">: puts the text on the clipboard and says so.
"use strict";

(() => {
  // Without TLS browsers offer no clipboard but the old way.
  function copyTheOldWay(text) {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    area.className = "sr";
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    before?.focus({ preventScroll: true });
    return isDone;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyTheOldWay(text);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button && (await copy(button.dataset.copy))) {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tone: "ok" } }));
    }
  });
})();
