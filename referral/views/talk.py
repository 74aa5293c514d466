"""The conversation about consent: read aloud in the language chosen, answered point by point and part by part."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.templatetags.interface import day
from referral.disclosure import is_child
from referral.enums import AgeStatus, Purpose
from referral.forms.talk import TalkForm, point_name
from referral.guardians import WAY_OUT, barred
from referral.models import Case, Guardian
from referral.queries import files
from referral.queries.recipients import Question, Recipient, questions
from referral.queries.talks import Answered, Reading, answered, guardians_of, reading_for
from referral.services import drafts, talks
from referral.talks import INTRODUCTION, SPOKEN, Answer, Point, Tongue, ends
from referral.views import addressed, words
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume


def conversation(request: ActingRequest, case: Case, chosen: Sequence[Recipient]) -> HttpResponse:
    """What was answered before is shown and not asked again; what was agreed before as well."""
    asked, at = questions(chosen), now()
    child = is_child(case.person.age_status)
    agreed = files.agreed_cells(case, at)
    beside = guardians_of(case) if child else []
    tongue, known = _tongue(request, case)
    reading = reading_for(tongue, child=child)
    form = TalkForm(
        request.POST or None,
        questions=asked,
        agreed=agreed,
        child=child,
        guardians=[(str(guardian.pk), str(guardian.get_relation_display())) for guardian in beside],
        initial={"language": _code_of(tongue)} if known else None,
    )

    def act(cleaned: dict[str, Any]) -> str:
        answers = form.answers()
        talks.record_talk(
            case.pk,
            by=request.actor,
            at=at,
            talk=talks.Talk(
                answers=answers,
                assent=cleaned.get("assent"),
                guardian_id=form.guardian_id(),
                original=cleaned["original"],
                reading=reading,
            ),
            cells=[] if ends(answers) else form.cells(),
            method=cleaned["method"],
            language=cleaned["language"],
            witness=cleaned["witness"] or None,
            person_is_safe=cleaned["person_is_safe"] is not False,
        )
        drafts.drop_draft(by=request.actor, form="consent", about=case.pk)
        messages.success(request, _recorded_words(answers, before=bool(agreed)))
        return reverse("case", args=[case.pk])

    done = perform(request, form, act)
    if done is not None:
        return done
    looked = talks.look_at_talks(request.actor, case, beside=beside, begun=form.is_bound)
    before = answered(looked or [])
    query = [("to", recipient.token) for recipient in chosen]
    return render(
        request,
        "referral/case/conversation.html",
        {
            "case": case,
            "form": form,
            "child": child,
            "unknown_age": case.person.age_status == AgeStatus.UNKNOWN,
            "tokens": [recipient.token for recipient in chosen],
            "title": _("What may be shared?"),
            "caption": words.case_title(case),
            "tongues": _tongues(request, tongue, query),
            "reading": reading,
            "introduction": aloud(reading, INTRODUCTION),
            "points": [_point(form, point, reading, before.get(point)) for point in Point],
            "guardians": [_guardian(form, guardian, named=looked is not None) for guardian in beside],
            "nobody": form["guardian"].subwidgets[-1] if child else None,
            "guardians_url": reverse("guardians", args=[case.pk]),
            "ground_url": reverse("ground", args=[case.pk]),
            "way_out": WAY_OUT,
            "sheet_url": sheet_url(case, tongue, to=[recipient.token for recipient in chosen]),
            "questions": [_question(form, question, agreed, reading, child=child) for question in asked],
            "ask_safe": bool(form.errors.get("person_is_safe"))
            or (form.is_bound and not child and form.data.get("person_is_safe")),
            "back_url": f"{reverse('consent', args=[case.pk])}?{urlencode(query)}",
            **resume(request, form, "consent", case.pk),
        },
    )


def _recorded_words(answers: dict[str, str], *, before: bool) -> str:
    """Args: before: something was agreed in an earlier conversation, and stands."""
    if not ends(answers):
        return _("The answers are recorded.")
    said = _(
        "It is recorded that the person does not wish to talk about it. Nothing is shared by this; help goes on."
    )
    return f"{said} {_('What was agreed before stands until it is taken back.')}" if before else said


def _tongue(request: ActingRequest, case: Case) -> tuple[Tongue, bool]:
    """In which language to read, and is it the person's or one that was chosen?"""
    chosen = request.GET.get("read", "")
    if chosen in Tongue:
        return Tongue(chosen), True
    for code in case.person.languages or []:
        if code in SPOKEN:
            return SPOKEN[code], True
    return Tongue.EN if (get_language() or "").startswith("en") else Tongue.FR, False


def _code_of(tongue: Tongue) -> str:
    return next(code for code, each in SPOKEN.items() if each == tongue)


def _tongues(
    request: ActingRequest, current: Tongue, query: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    return [
        {
            "label": tongue.label,
            "url": f"{request.path}?{urlencode([*query, ('ask', '1'), ('read', tongue.value)])}",
            "current": tongue == current,
        }
        for tongue in Tongue
    ]


def aloud(reading: Reading | None, part: str) -> dict[str, str]:
    """What is said, in which language; below it how one may say it, where somebody has written that down."""
    if reading is None:
        return {"text": "", "lang": "", "aid": "", "aid_lang": ""}
    return {
        "text": getattr(reading.text, part),
        "lang": reading.text.language,
        "aid": getattr(reading.aid, part) if reading.aid else "",
        "aid_lang": reading.aid.language if reading.aid else "",
    }


def _point(form: TalkForm, point: Point, reading: Reading | None, before: Answered | None) -> dict[str, Any]:
    field = form[point_name(point)]
    return {
        "field": field,
        "aloud": aloud(reading, point),
        "before": _before(before) if before else "",
        # The conversation itself is agreed to each time; what somebody knows need not be said to them again.
        "folded": before is not None
        and before.answer == Answer.YES
        and point != Point.AGREES
        and not field.errors
        and not field.value(),
    }


def _before(before: Answered) -> str:
    return _("Answered on %(day)s: %(answer)s") % {
        "day": day(before.at),
        "answer": str(Answer(before.answer).label).lower(),
    }


def _guardian(form: TalkForm, guardian: Guardian, *, named: bool) -> dict[str, Any]:
    relation = str(guardian.get_relation_display())
    return {
        "value": str(guardian.pk),
        "words": f"{relation}, {guardian.name}" if named and guardian.name else relation,
        "barred": barred(guardian) or "",
        "chosen": form["guardian"].value() == str(guardian.pk),
    }


def sheet_url(case: Case, tongue: Tongue | None = None, **query: Any) -> str:
    """The printable sheet, in a language or with the aid of one."""
    asked = {"read": tongue.value} if tongue else {}
    return f"{reverse('consent_sheet', args=[case.pk])}?{urlencode(asked | query, doseq=True)}"


def _question(
    form: TalkForm,
    question: Question,
    agreed: set[tuple[object, str, str]],
    reading: Reading | None,
    *,
    child: bool,
) -> dict[str, Any]:
    organisation = question.organisation
    language = reading.text.language if reading else get_language()
    with translation.override(language):
        services = words.listed([words.service_words(service).lower() for service in question.services])
        sentence = addressed.offer_aloud(child=child) % {
            "organisation": organisation.name,
            "services": services,
        }
    return {
        "organisation": organisation.name,
        "purpose": Purpose(question.purpose).label,
        "aloud": sentence,
        "lang": language,
        "cells": [
            {
                "field": form[form.cell_name(question, group)],
                "aloud": said["text"] or addressed.group_aloud(group, child=child),
                "aid": said["aid"],
                "aid_lang": said["aid_lang"],
                "lang": said["lang"],
                "before": (organisation.pk, question.purpose, group) in agreed,
            }
            for group in question.groups
            for said in [aloud(reading, group)]
        ],
    }
