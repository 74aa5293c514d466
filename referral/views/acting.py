"""One act on a file, on a page of its own: who, what, what stands against it, then the button named by the act."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Textarea
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from referral.forms.acts import ActForm
from referral.models import Case
from referral.references import spoken
from referral.services.drafts import drop_draft
from referral.views import file
from referral.views.door import ActingRequest, perform
from referral.views.drafts import resume


def act_on_case(
    request: ActingRequest,
    case: Case,
    form: ActForm,
    act: Callable[[dict[str, Any]], object],
    *,
    name: str,
    done: str | Promise,
    unmet: Sequence[str | Promise] = (),
    back: str = "",
    leads_to: str = "",
    version: int | None = None,
    **words: Any,
) -> HttpResponse:
    """The caller has permitted it.

    Args:
        name: of the draft in which half-typed words are kept.
        done: what is said afterwards, on the page of the file unless `leads_to` says where.
        words: title, text, rows, undo, danger, submit, as components/confirm.html takes them.
    """
    here = reverse("case", args=[case.pk])
    kept = any(isinstance(field.widget, Textarea) for field in form.fields.values())

    def once(cleaned: dict[str, Any]) -> str:
        act(cleaned)
        if kept:
            drop_draft(by=request.actor, form=name, about=case.pk)
        messages.success(request, str(done))
        return leads_to or here

    if answer := perform(request, form, once):
        return answer
    form.renew(case.version if version is None else version)
    shown = {
        "form": form,
        "rows": [(_("Case"), spoken(case.reference)), *file.codes(case)[:3]],
        "unmet": [] if form.is_bound else unmet,
        "cancel_url": back or here,
        **(resume(request, form, name, case.pk) if kept else {}),
    }
    return render(request, words.pop("template", "referral/referral/act.html"), shown | words)
