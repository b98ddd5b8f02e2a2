// <span data-timer data-since="2026-03-05T14:00:00+08:00" data-amber-after="300">: minutes and seconds since then.
// data-server-now is the server's time when the page was made: a computer with a wrong clock still counts right.
"use strict";

(() => {
  const opened = Date.now();

  function tick() {
    for (const timer of document.querySelectorAll("[data-timer]")) {
      if (!timer.dataset.skew) {
        timer.dataset.skew = String(timer.dataset.serverNow ? Date.parse(timer.dataset.serverNow) - opened : 0);
      }
      const since = Date.parse(timer.dataset.since);
      const seconds = Math.max(0, Math.floor((Date.now() + Number(timer.dataset.skew) - since) / 1000));
      const minutes = Math.floor(seconds / 60);
      (timer.querySelector("[data-timer-text]") ?? timer).textContent =
        `${String(minutes).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
      timer.classList.toggle("is-late", Boolean(timer.dataset.amberAfter) && seconds >= Number(timer.dataset.amberAfter));
    }
  }

  tick();
  setInterval(tick, 1000);
})();
