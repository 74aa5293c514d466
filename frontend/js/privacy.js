const KEY = "masked";
const PHONE = "(max-width: 40.0525em)";
const root = document.documentElement;

export function isMasked() {
  const chosen = sessionStorage.getItem(KEY);
  return chosen === null ? matchMedia(PHONE).matches : chosen === "yes";
}

export function showMask(masked) {
  root.classList.toggle("app-masked", masked);
}

export function initPrivacy() {
  const button = document.querySelector("[data-privacy]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      sessionStorage.setItem(KEY, isMasked() ? "no" : "yes");
      showMask(isMasked());
    });
  }
  // The switcher of a phone shows a picture of the page that was left.
  document.addEventListener("visibilitychange", () => {
    root.classList.toggle("app-away", document.hidden);
  });
}
