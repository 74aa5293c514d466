"""A ministry's own questions: asked by national coordination, answered by the sender of a referral."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.rows import write
from partners.actor import Actor
from partners.enums import Role
from referral.enums import Action, State
from referral.lifecycle import NotPossible
from referral.models import QuestionAnswers, Referral, ServiceQuestion
from referral.models.justice import MOST_QUESTIONS
from referral.queries.questions import ANSWER, asked_for
from referral.services import steps
from referral.services.reading import require_seat


def require_coordination(actor: Actor) -> None:
    """Raises NotAllowed, and leaves an event."""
    require_seat(actor, Role.COORDINATOR, reason_code="NOT_ALLOWED_QUESTIONS")


def add_question(*, by: Actor, values: Mapping[str, Any]) -> ServiceQuestion:
    """Puts a question into the first free place of its service's list.

    Args:
        values: service, text_fr, text_en, kind, choices, group.

    Raises:
        NotAllowed, NotPossible: ten are asked already.
    """
    require_coordination(by)
    with transaction.atomic():
        asked = ServiceQuestion.objects.select_for_update().filter(service=values["service"], retired_at=None)
        taken = {question.number for question in asked}
        free = next((n for n in range(1, MOST_QUESTIONS + 1) if n not in taken), None)
        if free is None:
            raise NotPossible([_("Ten questions are asked for this service already: retire one first.")])
        question = ServiceQuestion(number=free, **values)
        write(question)
    return question


def retire_question(pk: UUID, *, by: Actor, at: datetime, version: int) -> ServiceQuestion:
    """Asks it no more; what was answered stays readable. Raises NotAllowed, NotVisible, StaleForm."""
    require_coordination(by)
    with transaction.atomic():
        question = ServiceQuestion.objects.select_for_update().filter(pk=pk).first()
        if question is None:
            raise steps.NotVisible
        if question.version != version or question.retired_at is not None:
            raise steps.StaleForm
        question.retired_at = at
        write(question, fields=["retired_at"])
    return question


def answer_questions(
    pk: UUID, *, by: Actor, at: datetime, version: int, answers: Mapping[str, str]
) -> Referral:
    """The sender answers while the referral is a draft; what of it is shared is decided at sending.

    Args:
        answers: {question id: answer}; what is left out is not answered.

    Raises:
        NotVisible, StaleForm, NotAllowed.
    """
    with transaction.atomic():
        referral = steps.locked(by, pk, version=version)
        steps.permit(by, Action.SEND, referral)
        if referral.state != State.DRAFT:
            raise steps.StaleForm
        row = QuestionAnswers.objects.select_for_update().filter(referral=referral).first()
        row = row or QuestionAnswers(referral=referral, case_id=referral.case_id)
        row.answers = dict(answers)
        write(row, case_id=referral.case_id, referral_id=referral.pk)
    return referral


def released_answers(referral: Referral, groups: list[str]) -> dict[str, dict[str, str]]:
    """{group: {field name: answer}} for the groups that are shared; the name says which question."""
    row = QuestionAnswers.objects.filter(referral=referral).first()
    if row is None:
        return {}
    released: dict[str, dict[str, str]] = {}
    answers = row.answers
    for question in asked_for(answers):
        if question.group in groups:
            released.setdefault(question.group, {})[f"{ANSWER}{question.pk}"] = answers[str(question.pk)]
    return released


def look_at_answers(referral: Referral) -> None:
    """Writes down that the sender read the answers of this referral."""
    row = referral.question_answers
    audit.look("reveal", row, case_id=row.case_id, referral_id=referral.pk, fields=["answers"])
