"""What one does to a review: have it drawn, say who reviews, open the files, answer as proposed, conclude."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from referral import review_policy
from referral.file_reviews import Quarter
from referral.forms.acts import ActForm
from referral.forms.file_reviews import ConcludeForm, NameReviewerForm
from referral.lifecycle import NotPossible
from referral.queries.file_reviews import outside_reviewers, own_reviewers
from referral.services import file_reviews, review_draws
from referral.services.file_reviews import Opened
from referral.services.reading import require_control
from referral.views.door import ActingRequest, now, perform
from referral.views.reviews_page import quarter_words, summary


def _act(
    request: ActingRequest,
    opened: Opened,
    form: ActForm,
    act: Callable[[dict[str, Any]], object],
    *,
    done: str,
    **words: Any,
) -> HttpResponse:
    """One act on the page of its own; it leads back to the review."""
    back = reverse("review", args=[opened.review.pk])

    def once(cleaned: dict[str, Any]) -> str:
        act(cleaned)
        messages.success(request, done)
        return back

    if answer := perform(request, form, once):
        return answer
    form.renew(opened.review.version)
    shown = {"form": form, "rows": summary(opened.review), "cancel_url": back}
    return render(request, "referral/referral/act.html", shown | words)


def _given(cleaned: dict[str, Any], request: ActingRequest) -> dict[str, Any]:
    return {"by": request.actor, "at": now(), "version": cleaned["version"]}


@require_http_methods(["GET", "POST"])
def review_draw(request: ActingRequest) -> HttpResponse:
    """The clock draws by night; this is for a night without it."""
    require_control(request.actor, *review_policy.DRAWERS, reason_code="NOT_ALLOWED_DRAW")
    form = ActForm(request.POST or None)
    # Not inside the transaction of `perform`: the number of a draw is committed before its files are read. Of a
    # quarter there is one draw, so that a second press finds nothing left to do.
    if request.method == "POST" and form.is_valid():
        try:
            drawn = len(review_draws.draw_by_hand(by=request.actor, at=now()))
        except NotPossible as refused:
            for reason in refused.reasons:
                form.add_error(None, str(reason))
        else:
            said = ngettext("%(count)s review was drawn.", "%(count)s reviews were drawn.", drawn)
            messages.success(request, said % {"count": drawn})
            return redirect("reviews")
    return render(
        request,
        "referral/referral/act.html",
        {
            "form": form,
            "title": _("Draw the reviews of the %(quarter)s")
            % {"quarter": quarter_words(Quarter.ended_before(now()))},
            "text": _(
                "The number of the draw is written down before the files are read, and nobody chooses it. "
                "Of each quarter there is one draw: it cannot be made anew, only checked."
            ),
            "submit": _("Draw"),
            "cancel_url": reverse("reviews"),
        },
    )


@require_http_methods(["GET", "POST"])
def review_name(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    review = opened.review
    allowed = review.is_quality and review_policy.may_name(opened.seats, review)
    file_reviews.permit(allowed, review, "name_reviewer")
    form = NameReviewerForm(
        request.POST or None,
        version=review.version,
        at=now(),
        own=[(str(user.pk), user.name) for user in own_reviewers(review)],
        outside=[
            (str(user.pk), f"{user.organisation}, {user.name}")
            for user in outside_reviewers(review, request.actor)
        ],
    )

    def act(cleaned: dict[str, Any]) -> None:
        chosen = UUID(cleaned["reviewer"])
        file_reviews.name_reviewer(
            pk, **_given(cleaned, request), user_id=chosen, until=cleaned["until"] or None
        )

    return _act(
        request,
        opened,
        form,
        act,
        done=_("It is written down who reviews."),
        title=_("Say who reviews"),
        text=_(
            "Nobody reviews the own work: whoever owns or opened one of these files, approved its plan, countersigned "
            "a legal ground or closed it is not in the list."
        ),
        submit=_("Name this person"),
    )


@require_http_methods(["GET", "POST"])
def review_take(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    review = opened.review
    allowed = not review.is_quality and review_policy.may_name(opened.seats, review)
    file_reviews.permit(allowed, review, "take_review")
    form = ActForm(request.POST or None, version=review.version)
    return _act(
        request,
        opened,
        form,
        lambda cleaned: file_reviews.take_review(pk, **_given(cleaned, request)),
        done=_("This review is yours."),
        title=_("Take this review on"),
        text=_("You see dates, codes and who acted. What a file says stays locked to you."),
        submit=_("Take it on"),
    )


@require_http_methods(["GET", "POST"])
def review_open(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    review = opened.review
    allowed = review_policy.may_answer(opened.seats, review) and review.mandate_until is not None
    file_reviews.permit(allowed, review, "open_files")
    form = ActForm(request.POST or None, version=review.version)
    return _act(
        request,
        opened,
        form,
        lambda cleaned: file_reviews.open_files(pk, **_given(cleaned, request)),
        done=_("The files are open to you, to read alone."),
        title=_("Open the drawn files for 7 days"),
        text=_("You read, and change nothing. Each page that you open is written down under this review."),
        undo=_("The 7 days begin now, and are given once."),
        submit=_("Open the files"),
    )


@require_http_methods(["GET", "POST"])
def review_accept(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    review = opened.review
    allowed = review_policy.may_answer(opened.seats, review) and not review.is_quality
    file_reviews.permit(allowed, review, "accept_proposals")
    form = ActForm(request.POST or None, version=review.version)
    return _act(
        request,
        opened,
        form,
        lambda cleaned: file_reviews.accept_proposals(pk, **_given(cleaned, request)),
        done=_("The files in which nothing is amiss are answered."),
        title=_("Answer as proposed where nothing is amiss"),
        text=_(
            "Files that are not begun and in which no code says “no” are answered as the codes propose. What no code "
            "tells is answered with “cannot tell”. You can change each answer until you conclude."
        ),
        submit=_("Answer as proposed"),
    )


@require_http_methods(["GET", "POST"])
def review_conclude(request: ActingRequest, pk: UUID) -> HttpResponse:
    opened = file_reviews.open_review(request.actor, pk)
    review = opened.review
    file_reviews.permit(review_policy.may_answer(opened.seats, review), review, "conclude_review")
    form = ConcludeForm(request.POST or None, version=review.version)
    missing = file_reviews.unanswered(opened.files)
    return _act(
        request,
        opened,
        form,
        lambda cleaned: file_reviews.conclude_review(
            pk, **_given(cleaned, request), conclusion=cleaned["conclusion"]
        ),
        done=_("The review is concluded."),
        title=_("Conclude the review"),
        undo=_("Afterwards no answer and no finding can be changed, by anybody."),
        danger=True,
        submit=_("Conclude"),
        unmet=[_("Answer the twelve questions of each file first.")] if missing and not form.is_bound else [],
    )
