"""One file of a review: its twelve answers, what was found in it, and whether what was done about it is right."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from partners.templatetags.interface import moment
from referral import review_policy
from referral.enums import CaseAct
from referral.file_reviews import QUESTIONS, Mark
from referral.forms.file_reviews import ConfirmActionForm, FindingForm, GridForm
from referral.models import CorrectiveAction, DrawnFile
from referral.policy import may_case
from referral.queries import case_of, case_tie, case_to_read
from referral.queries.file_reviews import action_of, correctors
from referral.services import corrections, drafts, file_reviews
from referral.services.file_reviews import GRID, Opened
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now, perform
from referral.views.drafts import resume
from referral.views.reviews_page import action_row, name_of, title_of

FINDING, AGAIN = "review_finding", "review_again"


@require_http_methods(["GET", "POST"])
def review_file(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The answers given, or the form that asks for them, with what the codes say already beside each question."""
    opened, row = file_reviews.open_file(request.actor, pk)
    review = opened.review
    erased = row.case.erased_at is not None
    answering = review_policy.may_answer(opened.seats, review) and not erased
    if request.method == "POST":
        file_reviews.permit(answering, review, "answer_grid")
    questions = QUESTIONS[review.kind]
    proposed = {} if erased else file_reviews.proposals(review, [row], now())[row.pk]
    remarks: dict[str, str] = row.remarks or {} if opened.words and not erased else {}
    given = dict(zip(questions.values, row.answers, strict=False))
    shown = {
        "review": review,
        "title": name_of(request.actor, review, row),
        "caption": title_of(review),
        "back_url": reverse("review", args=[review.pk]),
        "erased": erased,
        "case_url": _case_url(request, row),
        "finding_url": reverse("review_finding", args=[pk]) if answering else "",
        "findings": row.findings.count(),
    }
    if not answering:
        shown["lines"] = [
            {
                "question": question.label,
                "answer": Mark(given[question.value]).label if given.get(question.value) else "",
                "remark": remarks.get(question.value, ""),
            }
            for question in questions
        ]
        return render(request, "referral/reviews/file_read.html", shown)
    form = GridForm(request.POST or None, version=row.version, questions=questions)
    for question in questions.values:
        form.fields[f"answer_{question}"].initial = given.get(question, "")
        form.fields[f"remark_{question}"].initial = remarks.get(question, "")

    def act(cleaned: dict[str, Any]) -> str:
        kept = file_reviews.answer_grid(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            answers=form.given("answer"),
            remarks=form.given("remark"),
        )
        messages.success(
            request,
            _("All twelve questions are answered.")
            if kept.answered
            else _("The answers are kept. Some questions wait."),
        )
        return reverse("review", args=[review.pk])

    if answer := perform(request, form, act):
        return answer
    form.renew(row.version)
    shown |= {
        "form": form,
        "grid": [
            (answer, remark, Mark(proposed[question]).label if question in proposed else "")
            for question, answer, remark in form.rows()
        ],
        "submit": _("Keep the answers"),
        **resume(request, form, GRID, row.pk),
    }
    return render(request, "referral/reviews/file.html", shown)


def _case_url(request: ActingRequest, row: DrawnFile) -> str:
    """The file itself, for whoever may read it now: as a supervisor, or for a time."""
    actor = request.actor
    case = case_of(actor, row.case_id) or case_to_read(actor, row.case_id)
    readable = case is not None and may_case(actor, CaseAct.READ, case_tie(actor, case))
    return reverse("case", args=[row.case_id]) if readable else ""


@require_http_methods(["GET", "POST"])
def review_finding(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened, row = file_reviews.open_file(request.actor, pk)
    review = opened.review
    file_reviews.permit(review_policy.may_answer(opened.seats, review), review, "record_finding")
    form = FindingForm(
        request.POST or None,
        at=now(),
        questions=QUESTIONS[review.kind],
        owners=[(str(user.pk), user.name) for user in correctors(review)],
    )

    def act(cleaned: dict[str, Any]) -> str:
        corrections.record_finding(
            pk,
            by=request.actor,
            at=now(),
            owner_id=UUID(cleaned["owner"]) if cleaned["owner"] else None,
            **{name: cleaned[name] for name in ("question", "severity", "words", "action", "due_at")},
        )
        drafts.drop_draft(by=request.actor, form=FINDING, about=pk)
        messages.success(request, _("The finding is written down."))
        return reverse("review", args=[review.pk])

    return perform(request, form, act) or render(
        request,
        "referral/reviews/finding.html",
        {
            "form": form,
            "title": _("Write down a finding"),
            "caption": name_of(request.actor, review, row),
            "submit": _("Write it down"),
            "back_url": reverse("review_file", args=[pk]),
            **resume(request, form, FINDING, pk),
        },
    )


@require_http_methods(["GET", "POST"])
def review_action(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Is what was done right? Yes ends it, no asks the same person again."""
    opened, action = _action(request, pk)
    review = opened.review
    allowed = review_policy.may_confirm(opened.seats, request.actor, action.task.done_by_id)
    file_reviews.permit(allowed, review, "confirm_action")
    form = ConfirmActionForm(request.POST or None, version=action.version, at=now())

    def act(cleaned: dict[str, Any]) -> str:
        given = {"by": request.actor, "at": now(), "version": cleaned["version"]}
        if cleaned["right"]:
            corrections.confirm_action(pk, **given)
            messages.success(request, _("The correction is confirmed."))
        else:
            corrections.reopen_action(pk, **given, words=cleaned["words"], due_at=cleaned["due_at"])
            messages.success(request, _("The same person is asked again."))
        drafts.drop_draft(by=request.actor, form=AGAIN, about=pk)
        return reverse("review", args=[review.pk])

    if answer := perform(request, form, act):
        return answer
    form.renew(action.version)
    return render(
        request,
        "referral/referral/act.html",
        {
            "form": form,
            "title": _("Is this corrected?"),
            "rows": _action_rows(opened, action),
            "unmet": [] if action.task.done_at is not None else [_("This is not done yet.")],
            "submit": _("Write it down"),
            "cancel_url": reverse("review", args=[review.pk]),
            **resume(request, form, AGAIN, pk),
        },
    )


def _action(request: ActingRequest, pk: UUID) -> tuple[Opened, CorrectiveAction]:
    found = action_of(request.actor, pk)
    if found is None:
        raise NotVisible
    opened = file_reviews.open_review(request.actor, found.finding.file.review_id)
    return opened, next(each for each in opened.actions if each.pk == pk)


def _action_rows(opened: Opened, action: CorrectiveAction) -> list[tuple[str, str]]:
    shown, task = action_row(opened, action), action.task
    rows = [(pgettext("of a review", "File"), shown["file"])]
    if shown["words"]:
        rows.append((_("To be done"), shown["words"]))
        rows.append((_("Noted"), task.note or ""))
    if task.done_at is not None and task.done_by is not None:
        rows.append((_("Done"), f"{moment(task.done_at)}, {task.done_by.name}"))
    return rows
