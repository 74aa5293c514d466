"""Reviews of files: all that one may see, and one of them: how it was drawn, what was found, what is done about it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET

from partners.actor import Actor
from partners.enums import Role
from partners.templatetags.interface import day, moment
from referral import review_policy
from referral.file_reviews import QUESTIONS, ActionState, DrawnFor, Mark, Quarter
from referral.models import CorrectiveAction, DrawnFile, FileReview
from referral.queries.file_reviews import reviews_to_do
from referral.references import spoken
from referral.review_policy import ReviewSeat
from referral.services import file_reviews, review_draws
from referral.services.file_reviews import Opened
from referral.views import words
from referral.views.door import ActingRequest, now

_ONE_SECOND = timedelta(seconds=1)
COLOURS = {
    ActionState.OPEN: "info_requested",
    ActionState.DONE: "acknowledged",
    ActionState.CONFIRMED: "accepted",
}


QUARTERS = (
    gettext_lazy("first quarter of %(year)s"),
    gettext_lazy("second quarter of %(year)s"),
    gettext_lazy("third quarter of %(year)s"),
    gettext_lazy("fourth quarter of %(year)s"),
)


def title_of(review: FileReview) -> str:
    """What it is, about whose files, without the name of anybody whom a file is about."""
    return _("%(kind)s, %(quarter)s") % {
        "kind": review.get_kind_display(),
        "quarter": quarter_words(review.quarter),
    }


def quarter_words(quarter: Quarter) -> str:
    return QUARTERS[quarter.begins_on.month // 3] % {"year": quarter.begins_on.year}


def state_of(review: FileReview) -> tuple[str, str]:
    """A code of the colours and a word."""
    if review.concluded_at is not None:
        return "accepted", _("Concluded")
    if review.reviewer_id is None:
        return "info_requested", _("Nobody reviews yet")
    return "acknowledged", _("Under way")


def lines(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """For the first page: each review that one carries out, and in one line those for which nobody is named yet."""
    if not actor.has(*review_policy.DRAWERS):
        return []
    found, unnamed = [], []
    for each in reviews_to_do(actor):
        held = review_policy.seats(actor, each, at)
        if review_policy.may_answer(held, each):
            found.append(
                {
                    "url": reverse("review", args=[each.pk]),
                    "reference": _("Review files"),
                    "note": spoken(each.reference),
                    "what": title_of(each),
                    "who": each.organisation.name,
                    "due": each.due_at,
                }
            )
        elif each.reviewer_id is None and review_policy.may_name(held, each):
            unnamed.append(each)
    if unnamed:
        count = ngettext(
            "%(count)d that nobody carries out yet", "%(count)d that nobody carries out yet", len(unnamed)
        )
        found.append(
            {
                "url": reverse("reviews"),
                "reference": _("Reviews of files"),
                "what": count % {"count": len(unnamed)},
                "who": "",
                "due": unnamed[0].due_at,
            }
        )
    return found


@require_GET
def reviews(request: ActingRequest) -> HttpResponse:
    actor = request.actor
    rows = []
    for each in file_reviews.list_reviews(actor):
        state, label = state_of(each)
        rows.append(
            {
                "url": reverse("review", args=[each.pk]),
                "reference": spoken(each.reference),
                "note": "",
                "what": title_of(each),
                "who": each.worker.name if each.worker else each.organisation.name,
                "state": state,
                "label": label,
                "due": None if each.concluded_at else each.due_at,
                "when": day(each.concluded_at) if each.concluded_at else "",
            }
        )
    return render(
        request,
        "referral/reviews/list.html",
        {
            "rows": rows,
            "at": now(),
            "columns": ["", pgettext("of files", "Review"), _("Whose files"), "", ""],
            "may_draw": actor.has(*review_policy.DRAWERS),
            "quarter": quarter_words(Quarter.ended_before(now())),
        },
    )


@require_GET
def review(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    found = opened.review
    at = now()
    draws = review_policy.sees_draw(opened.seats)
    state, label = state_of(found)
    return render(
        request,
        "referral/reviews/review.html",
        {
            "review": found,
            "title": title_of(found),
            "reference": spoken(found.reference),
            "state": state,
            "state_label": label,
            "rows": summary(found),
            "draw": draw_rows(found) if draws else [],
            "check_url": reverse("review_check", args=[pk]) if draws else "",
            "files": [_file_row(request.actor, opened, row) for row in opened.files] if draws else [],
            "figures": figures(found, opened.files),
            "findings": findings(opened),
            "actions": [action_row(opened, each, request.actor) for each in opened.actions],
            "acts": _acts(opened),
            "paper_url": reverse("review_paper", args=[pk]) if found.concluded_at else "",
            "verify_url": reverse("review_verify", args=[pk]) if found.concluded_at else "",
            "at": at,
        },
    )


@require_GET
def review_check(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Draws again, from what was kept and from history, and says whether it is the same."""
    opened = file_reviews.open_review(request.actor, pk)
    file_reviews.permit(review_policy.sees_draw(opened.seats), opened.review, "check_draw")
    found = review_draws.draw_again(opened.review)
    return render(
        request,
        "referral/reviews/check.html",
        {
            "title": _("The draw, made again"),
            "holds": found.holds,
            "results": [
                (_("The number of the draw is what the audit says"), found.seed),
                (_("The list of files that could be drawn has the fingerprint that was kept"), found.digest),
                (_("The same number draws the same files from it"), found.same),
                (_("The history of the files gives the same list"), found.history),
            ],
            "rows": draw_rows(opened.review),
            "back_url": reverse("review", args=[pk]),
        },
    )


def summary(review: FileReview) -> list[tuple[str, str]]:
    rows = [(_("Organisation"), review.organisation.name)]
    if review.worker is not None:
        rows.append((_("Whose files"), review.worker.name))
    rows.append((_("Quarter"), f"{quarter_words(review.quarter)} ({_days(review.quarter)})"))
    if review.reviewer is not None:
        own = review.reviewer.organisation_id == review.organisation_id
        rows.append(
            (
                _("Reviewer"),
                review.reviewer.name
                if own or not review.is_quality
                else f"{review.reviewer.name}, {review.reviewer.organisation}",
            )
        )
    if review.mandate_until is not None and review.concluded_at is None:
        rows.append((_("Mandate until"), moment(review.mandate_until)))
    if review.reads_until is not None and review.concluded_at is None:
        rows.append((_("Files open, to read alone, until"), moment(review.reads_until)))
    if review.concluded_at is not None:
        rows.append((_("Conclusion"), str(review.get_conclusion_display())))
        rows.append((_("Concluded at"), moment(review.concluded_at)))
    else:
        rows.append((_("To be concluded by"), words.until(review.due_at, now())))
    return rows


def _days(quarter: Quarter) -> str:
    return _("%(first)s to %(last)s") % {
        "first": day(quarter.begins_at),
        "last": day(quarter.ends_at - _ONE_SECOND),
    }


def draw_rows(review: FileReview) -> list[tuple[str, str]]:
    by = review.drawn_by.name if review.drawn_by else _("the system")
    return [
        (_("Drawn"), f"{moment(review.drawn_at)}, {by}"),
        (_("Files that could be drawn"), str(len(review.population))),
        (_("Fingerprint of their list (SHA-256)"), review.population_digest),
        (_("Number of the draw"), review.seed.value),
        (_("Where the number comes from"), str(review.seed.get_source_display())),
    ]


def name_of(actor: Actor, review: FileReview, row: DrawnFile) -> str:
    """The reference of the case is known inside its organisation only (design §4, Ids)."""
    if actor.organisation_id == review.organisation_id and actor.has(Role.SUPERVISOR, Role.CASEWORKER):
        return f"{numbered(row)} · {spoken(row.case.reference)}"
    return numbered(row)


def numbered(row: DrawnFile) -> str:
    return _("File %(number)s") % {"number": row.number}


def _file_row(actor: Actor, opened: Opened, row: DrawnFile) -> dict[str, Any]:
    given = sum(1 for answer in row.answers if answer)
    erased = row.case.erased_at is not None
    return {
        "url": reverse("review_file", args=[row.pk]),
        "name": name_of(actor, opened.review, row),
        "why": words.listed([str(DrawnFor(each).label) for each in row.reasons]),
        "answered": _("erased since")
        if erased
        else _("%(given)s of %(all)s answered") % {"given": given, "all": len(QUESTIONS[opened.review.kind])},
        "done": row.answered,
        "no": row.answers.count(Mark.NO),
        "findings": len(row.findings.all()),
    }


def figures(review: FileReview, files: Sequence[DrawnFile]) -> list[dict[str, Any]]:
    """Of each question, how often each answer was given."""
    rows = []
    for index, question in enumerate(QUESTIONS[review.kind]):
        counts = Counter(row.answers[index] for row in files if row.answers)
        rows.append({"question": question.label, "counts": [counts[mark] for mark in Mark]})
    return rows if any(row.answers for row in files) else []


def findings(opened: Opened) -> list[dict[str, Any]]:
    questions = dict(QUESTIONS[opened.review.kind].choices)
    return [
        {
            "file": numbered(row),
            "question": questions.get(finding.question, ""),
            "severity": finding.get_severity_display(),
            "grave": finding.severity == "grave",
            "words": finding.words if opened.words and row.case.erased_at is None else "",
        }
        for row in opened.files
        for finding in row.findings.all()
    ]


def action_row(opened: Opened, action: CorrectiveAction, actor: Actor | None = None) -> dict[str, Any]:
    task = action.task
    readable = opened.words and action.case.erased_at is None
    return {
        "file": numbered(action.finding.file),
        "words": action.words if readable else "",
        "owner": task.owner.name if task.owner else "",
        "due": task.due_at if action.state == ActionState.OPEN else None,
        "state": COLOURS[action.state],
        "label": action.state.label,
        "done": task.done_at,
        "confirmed": action.confirmed_at,
        "reopened": action.reopened,
        "url": reverse("review_action", args=[action.pk])
        if actor is not None
        and action.state == ActionState.DONE
        and review_policy.may_confirm(opened.seats, actor, task.done_by_id)
        else "",
    }


def _acts(opened: Opened) -> list[dict[str, str]]:
    """What this person can do now, each on a page of its own."""
    review, found = opened.review, []

    def offer(name: str, label: str) -> None:
        found.append({"url": reverse(name, args=[review.pk]), "label": label})

    if review_policy.may_name(opened.seats, review):
        if review.is_quality:
            offer(
                "review_name", _("Say who reviews") if review.reviewer_id is None else _("Name somebody else")
            )
        elif ReviewSeat.REVIEWER not in opened.seats:
            offer("review_take", _("Take this review on"))
    if review_policy.may_answer(opened.seats, review):
        if review.mandate_until is not None and review.reads_until is None:
            offer("review_open", _("Open the files for 7 days"))
        if not review.is_quality and any(not row.answers for row in opened.files):
            offer("review_accept", _("Answer as proposed where nothing is amiss"))
        if not file_reviews.unanswered(opened.files):
            offer("review_conclude", _("Conclude the review"))
    return found
