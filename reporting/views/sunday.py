"""The weekly sheet: asked, answered and saved on one page."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from referral.enums import Action
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from reporting.enums import Missing
from reporting.forms.sunday import SundayForm
from reporting.services.sunday import Question, confirm_sheet, read_sheet


@require_http_methods(["GET", "POST"])
def sunday(request: ActingRequest) -> HttpResponse:
    sheet = read_sheet(request.actor, now())
    form = SundayForm(posted(request), questions=sheet.questions, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        written, refused = confirm_sheet(request.actor, form.answers, at=now())
        if written:
            said = ngettext("%(count)d line is written down.", "%(count)d lines are written down.", written)
            messages.success(request, said % {"count": written})
        for sentence in refused:
            messages.error(request, sentence)
        return reverse("report_sunday")

    return perform(request, form, act) or render(
        request,
        "reporting/sunday.html",
        {"form": form, "lines": [_line(form, each) for each in sheet.questions], "more": sheet.more},
    )


def _line(form: SundayForm, question: Question) -> dict[str, Any]:
    url, words = _elsewhere(question)
    return {
        "question": question,
        "said": form[f"{question.code}-said"] if f"{question.code}-said" in form.fields else None,
        "when": form[f"{question.code}-when"] if f"{question.code}-when" in form.fields else None,
        "version": form[f"{question.code}-version"] if f"{question.code}-version" in form.fields else None,
        "url": url,
        "words": words,
    }


def _elsewhere(question: Question) -> tuple[str, str]:
    """Where more can be said than a tap."""
    if question.kind == Missing.AWAITED:
        return reverse("referral_act", args=[question.pk, Action.START]), _("Type the arrival code")
    if question.kind == Missing.QUIET:
        return reverse("referral_act", args=[question.pk, Action.COMPLETE]), _("End the service")
    if question.kind == Missing.HEADCOUNT:
        return reverse("places-edit", args=[question.pk]), _("Correct the numbers")
    if question.kind == Missing.WALK_IN:
        return reverse("places"), _("Places")
    return "", ""
