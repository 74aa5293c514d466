"""Beside the file: steps of justice, a conference, the ministry's own questions."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from referral.forms.when import BOX
from referral.models import CaseConference, Referral, ServiceQuestion
from tests.referral.story import Story

TYPED = {
    "number": "RP 77-Canari",
    "attendance": "éducatrice canari",
    "view": "vœu de la conférence canari",
    "record": "compte rendu canari",
    "decision": "décision canari",
    "answer": "régime canari",
}
#: Who was in a conference, by id and group code: nobody types words into it.
CODED = {"referral.CaseConference.heard"}
UNSHOWN = {TYPED["decision"]}


def play(story: Story, trace: Any) -> None:
    """The owner of an adult's file writes everything down, and the court reads its number."""
    cast = story.cast
    today = timezone.localdate()
    questions = {"text_fr": "Régime ?", "text_en": "Diet?", "kind": "text", "group": "needs"}
    story.does("ibrahima", reverse("question_add"), service="SHELTER_EMERG", **questions)
    case = story.opens_case(alias="Alias Canari")
    day = {f"on_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    steps = reverse("case_justice", args=[case.pk])
    story.does("aissatou", steps, kind="prosecution", court=str(cast.court.pk), number=TYPED["number"], **day)
    story.reads("aissatou", "case_justice", case.pk)
    story.reads("habib", "step_confirm", case.justice_steps.get().pk)
    story.agrees(case, cast.centre, "SHELTER_EMERG")
    due = timezone.localtime(timezone.now() + timedelta(days=2)).strftime(BOX)
    said = {name: TYPED[name] for name in ("attendance", "view", "record", "decision")}
    new = reverse("conference_new", args=[case.pk])
    story.does("aissatou", new, organisations=[str(cast.centre.pk)], decision_due=due, **said)
    held = CaseConference.objects.get(case=case)
    story.reads("aissatou", "conference", held.pk)
    story.reads("aissatou", "conference_print", held.pk)
    referral: Referral = story.drafts(case, cast.centre, "SHELTER_EMERG")
    answer = {f"question_{ServiceQuestion.objects.get().pk.hex}": TYPED["answer"]}
    story.does("aissatou", reverse("referral_questions", args=[referral.pk]), **answer)
    assert TYPED["answer"] in story.reads("aissatou", "referral_check", referral.pk)
