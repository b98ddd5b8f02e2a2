// The call screen: who would recommend a friend is asked whom. "Yes" to the question opens the section, "no" lets it be.
"use strict";

(() => {
  const section = document.querySelector("[data-referral]");

  section?.closest("form")?.addEventListener("change", (event) => {
    if (event.target.name === "q_referral" && event.target.value === "yes" && event.target.checked) {
      section.open = true;
    }
  });
})();
