"""The questions that a ministry adds to a service, and the sender's answers to them."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import CodeList
from partners.queries import code_label
from referral.enums import Action, Group, State
from referral.forms.acts import ActForm
from referral.forms.questions import AnswersForm, QuestionForm
from referral.models import ServiceQuestion
from referral.queries.questions import all_questions, questions_of
from referral.references import spoken
from referral.services import questions, reading, steps
from referral.views import words
from referral.views.door import ActingRequest, now, perform, referral_or_404


@require_GET
def question_list(request: ActingRequest) -> HttpResponse:
    """By service; what is asked no more stands below."""
    questions.require_coordination(request.actor)
    found = list(all_questions())
    asked = [question for question in found if question.retired_at is None]
    return render(
        request,
        "referral/questions.html",
        {
            "groups": [
                (code_label(CodeList.SERVICE, service), [_row(each) for each in each_of])
                for service, each_of in groupby(asked, key=lambda question: question.service)
            ],
            "past": [_row(question) for question in found if question.retired_at is not None],
        },
    )


def _row(question: ServiceQuestion) -> dict[str, Any]:
    return {
        "text": question.text,
        "how": question.get_kind_display(),
        "answers": question.answers,
        "group": Group(question.group).label,
        "service": code_label(CodeList.SERVICE, question.service),
        "retire_url": reverse("question_retire", args=[question.pk]),
    }


@require_http_methods(["GET", "POST"])
def question_add(request: ActingRequest) -> HttpResponse:
    questions.require_coordination(request.actor)
    form = QuestionForm(request.POST or None)

    def act(_cleaned: dict[str, Any]) -> str:
        question = questions.add_question(by=request.actor, values=form.values())
        messages.success(request, _("Asked from now on: %(question)s") % {"question": question.text})
        return reverse("questions")

    return perform(request, form, act) or render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Add a question"),
            "text": _(
                "Ask only what a receiver must know to help. At most ten a service; nobody is obliged to answer. "
                "The answers are locked in the file."
            ),
            "submit": _("Ask this question"),
            "back_url": reverse("questions"),
        },
    )


@require_http_methods(["GET", "POST"])
def question_retire(request: ActingRequest, pk: UUID) -> HttpResponse:
    questions.require_coordination(request.actor)
    question = ServiceQuestion.objects.filter(pk=pk, retired_at=None).first()
    if question is None:
        raise steps.NotVisible
    form = ActForm(request.POST or None, version=question.version)

    def act(cleaned: dict[str, Any]) -> str:
        questions.retire_question(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The question is asked no more."))
        return reverse("questions")

    done = perform(request, form, act)
    form.renew(question.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Ask this question no more?"),
            "rows": [
                (_("Service"), code_label(CodeList.SERVICE, question.service)),
                (_("Question"), question.text),
            ],
            "undo": _(
                "What was answered stays readable. The same words can be added again as a new question."
            ),
            "submit": _("Ask it no more"),
            "cancel_url": reverse("questions"),
        },
    )


@require_http_methods(["GET", "POST"])
def referral_questions(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The sender's answers, while the referral is a draft; the check page shows which of them go."""
    referral = referral_or_404(request, pk)
    steps.permit(request.actor, Action.SEND, referral)
    check_url = reverse("referral_check", args=[pk])
    asked = questions_of(referral.service)
    if referral.state != State.DRAFT or not asked:
        return HttpResponseRedirect(check_url)
    form = AnswersForm(request.POST or None, questions=asked, version=referral.version)

    def act(cleaned: dict[str, Any]) -> str:
        questions.answer_questions(
            pk, by=request.actor, at=now(), version=cleaned["version"], answers=form.answers()
        )
        return check_url

    done = perform(request, form, act)
    if done:
        return done
    form.renew(referral.version)
    if not form.is_bound:
        form.remember(reading.read_answers(request.actor, referral))
    return render(
        request,
        "components/question.html",
        {
            "form": form,
            "title": _("Questions about this service"),
            "caption": _("Referral %(reference)s") % {"reference": spoken(referral.reference)},
            "text": _(
                "Asked by the ministry. An answer goes to the receiver after it accepts, and only with the part of "
                "the file that the person agreed to share: %(groups)s."
            )
            % {"groups": words.group_words(sorted({question.group for question in asked}))},
            "submit": _("Keep the answers"),
            "skip_url": check_url,
            "skip": _("Answer nothing"),
            "back_url": check_url,
        },
    )
