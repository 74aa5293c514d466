// A further question under one choice, and the choice that excludes the others. GOV.UK's own script puts
// aria-expanded on radios, which ARIA does not allow.
function update(group) {
  group.querySelectorAll("[data-reveals]").forEach((input) => {
    const further = document.getElementById(input.dataset.reveals);
    further.classList.toggle(`${group.dataset.choices}__conditional--hidden`, !input.checked);
  });
}

export function initChoices() {
  const groups = document.querySelectorAll("[data-choices]");
  groups.forEach((group) => {
    update(group);
    group.addEventListener("change", ({ target }) => {
      if (target.type === "checkbox" && target.checked) {
        const alone = "exclusive" in target.dataset;
        group.querySelectorAll("input[type=checkbox]").forEach((other) => {
          if (other !== target && (alone || "exclusive" in other.dataset)) other.checked = false;
        });
      }
      update(group);
    });
  });
  // The browser puts back what was chosen when one comes back to the page.
  window.addEventListener("pageshow", () => groups.forEach(update));
}
