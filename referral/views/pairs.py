"""A pair of files in words: field by field, and what was decided of it. Only words and addresses."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.templatetags.interface import day
from referral.likeness import Likeness, MatchDecision
from referral.models import Case, MatchReview
from referral.queries.duplicates import is_across, reviews_with, undecided_with
from referral.references import spoken
from referral.services.duplicates import likenesses_of
from referral.views import words


def after_saving(actor: Actor, case_id: UUID) -> str:
    """Where a file leads that was opened or corrected: to the decision about files that look like it, if there are any
    that the person may read. What others hold leads nowhere."""
    name = "case_duplicates" if undecided_with(actor, case_id) else "case"
    return reverse(name, args=[case_id])


def of_case(actor: Actor, case_id: UUID) -> list[dict[str, Any]]:
    """On the page of a file, the undecided first."""
    found = sorted(reviews_with(actor, case_id), key=lambda review: bool(review.decision))
    return [line(review, case_id) for review in found]


def other_of(review: MatchReview, case_id: UUID) -> Case:
    return review.second if review.first_id == case_id else review.first


def compared(review: MatchReview, case_id: UUID | None = None) -> dict[str, Any]:
    """Args: case_id: of the file that the reader comes from."""
    return {
        "sides": [_side(review, case) for case in (review.first, review.second) if case.pk != case_id],
        "fields": [
            (_("Age") if field == "birth_date" else words.field_label(field), likeness.value, likeness.label)
            for field, likeness in likenesses_of(review).items()
        ],
        "found_at": review.found_at,
    }


def _side(review: MatchReview, case: Case) -> dict[str, str]:
    """Between two organisations, the organisation alone: a reference is known inside its own house."""
    if is_across(review):
        return {"name": case.organisation.name, "url": ""}
    return {"name": words.case_title(case), "url": reverse("case", args=[case.pk])}


def address(review: MatchReview) -> str:
    same = review.decision == MatchDecision.SAME
    return reverse("duplicate_undo" if same else "duplicate", args=[review.pk])


def line(review: MatchReview, case_id: UUID) -> dict[str, Any]:
    """On the page of one of the two files."""
    other = other_of(review, case_id)
    return {
        "reference": spoken(other.reference),
        "case_url": reverse("case", args=[other.pk]),
        "state": review.decision or "none",
        "label": review.get_decision_display() or _("To decide"),
        "url": address(review) if review.decision else reverse("case_duplicates", args=[case_id]),
    }


def row(review: MatchReview) -> dict[str, Any]:
    """In the list of pairs."""
    sides = [_side(review, case)["name"] for case in (review.first, review.second)]
    alike = likenesses_of(review)
    names = [
        _("Age") if field == "birth_date" else words.field_label(field)
        for field, likeness in alike.items()
        if likeness in (Likeness.SAME, Likeness.NEAR)
    ]
    return {
        "url": address(review),
        "sides": sides,
        "what": words.listed(names),
        "state": review.decision or "none",
        "label": review.get_decision_display() or _("To decide"),
        "when": day(review.decided_at or review.found_at),
    }
