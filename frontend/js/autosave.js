// A half-typed form is posted to its own draft address; the server seals it.
const EVERY = 20_000;
const forms = new Map();

function show(form, text, failed = false) {
  const status = form.querySelector("[data-autosave-status]");
  if (status) {
    status.textContent = text;
    status.classList.toggle("app-autosave--failed", failed);
  }
}

function payload(form) {
  const data = new FormData(form);
  form.querySelectorAll("input[type=file], input[type=password]").forEach((input) => data.delete(input.name));
  // Not in parts: a request that outlives its page may carry 64 KB, and a table of a hundred lines has hundreds of boxes.
  return new URLSearchParams(data);
}

async function save(form, state) {
  if (!state.changed || state.sending || state.submitted) return;
  state.changed = false;
  state.sending = true;
  try {
    const answer = await fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body: payload(form),
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      // The page may be closing: the request outlives it.
      keepalive: true,
    });
    // A redirect leads to the sign-in page: nothing was kept.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { saved_at: time } = await answer.json();
    show(form, form.dataset.saved.replace("{time}", time));
    document.dispatchEvent(new Event("app:contact"));
  } catch {
    state.changed = true;
    show(form, form.dataset.saveFailed, true);
  } finally {
    state.sending = false;
  }
}

export function saveAll() {
  return Promise.all([...forms].map(([form, state]) => save(form, state)));
}

export function initAutosave() {
  document.querySelectorAll("form[data-autosave-url]").forEach((form) => {
    const state = { changed: false, sending: false, submitted: false };
    forms.set(form, state);
    form.addEventListener("input", () => (state.changed = true));
    form.addEventListener("submit", () => (state.submitted = true));
  });
  if (!forms.size) return;
  setInterval(saveAll, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden && saveAll());
  window.addEventListener("pageshow", () => forms.forEach((state) => (state.submitted = false)));
}
