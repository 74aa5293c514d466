// One press, one request. The idempotency key on the server is the real guard; this spares people the doubt.
function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-busy]").forEach((button) => {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  });
}

export function initSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    // A file is saved and the page stays: its buttons are needed again.
    const stays = event.submitter?.hasAttribute("data-stays");
    if (event.defaultPrevented || form.method === "get" || stays) return;
    form.dataset.sent = "yes";
    // After this turn, so that the pressed button's own name and value are sent.
    setTimeout(() => {
      form.querySelectorAll("button:not([type=button])").forEach((button) => {
        button.setAttribute("aria-busy", "true");
        button.disabled = true;
      });
    });
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}
