import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { PasswordInput } from "govuk-frontend/dist/govuk/components/password-input/password-input.mjs";
import { ServiceNavigation } from "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";
import { createAll } from "govuk-frontend/dist/govuk/init.mjs";
import { initAutosave } from "./autosave.js";
import { initChoices } from "./choices.js";
import { initGrid } from "./grid.js";
import { initIdle } from "./idle.js";
import { initPrivacy } from "./privacy.js";
import { initSubmit } from "./submit.js";

// GOV.UK Frontend looks for this class on the body, and the head's script runs before there is one.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
[CharacterCount, ErrorSummary, PasswordInput, ServiceNavigation, SkipLink].forEach((part) => createAll(part));
initPrivacy();
initChoices();
initAutosave();
initGrid();
initIdle();
initSubmit();
