// The server ends a session 15 minutes after its last request. This warns before, keeps what was typed,
// and clears the screen at the end. Work in another tab, or typing on this page, counts as presence.
import { saveAll } from "./autosave.js";

const KEY = "active";
const CONTACT_EVERY = 4 * 60_000;
const TICK = 5_000;

export function initIdle() {
  const bar = document.querySelector("[data-idle]");
  if (!bar) return;
  const warnAfter = Number(bar.dataset.warn) * 1000;
  const endAfter = Number(bar.dataset.end) * 1000;
  const form = bar.querySelector("form");
  let contact = Date.now();
  let ended = false;

  const lastActive = () => Number(localStorage.getItem(KEY)) || contact;
  const mark = () => localStorage.setItem(KEY, String(Date.now()));
  const hide = () => {
    bar.hidden = true;
    document.documentElement.style.removeProperty("--app-bottom-bar");
  };

  async function keep() {
    if (!bar.dataset.keepUrl) return;
    contact = Date.now();
    const answer = await fetch(bar.dataset.keepUrl, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
    });
    if (!answer.ok || answer.redirected) contact = 0;
  }

  function present() {
    if (ended) return;
    mark();
    hide();
    if (Date.now() - contact > CONTACT_EVERY) keep().catch(() => (contact = 0));
  }

  async function end() {
    ended = true;
    document.documentElement.classList.add("app-away");
    await saveAll();
    form.submit();
  }

  function tick() {
    if (ended) return;
    const idle = Date.now() - lastActive();
    if (idle >= endAfter) {
      end();
    } else if (idle >= warnAfter && bar.hidden) {
      bar.hidden = false;
      document.documentElement.style.setProperty("--app-bottom-bar", `${bar.offsetHeight}px`);
      saveAll();
    } else if (idle < warnAfter && !bar.hidden) {
      hide();
    }
  }

  mark();
  ["keydown", "pointerdown", "click"].forEach((name) => document.addEventListener(name, present, { passive: true }));
  document.addEventListener("app:contact", () => (contact = Date.now()));
  // Timers sleep with a phone: look again when it wakes.
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, TICK);
}
