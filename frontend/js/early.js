// Loaded in the head, before the first paint: a name must not flash on a screen that is meant to be masked.
import { isMasked, showMask } from "./privacy.js";

if ("noModule" in HTMLScriptElement.prototype) {
  document.documentElement.classList.add("js-enabled", "govuk-frontend-supported");
}
showMask(isMasked());
