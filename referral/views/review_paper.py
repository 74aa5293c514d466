"""The paper of a concluded review, and whether a paper that somebody shows is one of ours."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.pdf import typeset
from partners.templatetags.interface import day, moment
from referral.file_reviews import Mark
from referral.forms.file_reviews import VerifyPaperForm
from referral.references import spoken
from referral.review_policy import sees_draw
from referral.services import file_reviews, review_papers
from referral.services.file_reviews import Opened
from referral.services.steps import NotVisible
from referral.views.door import ActingRequest, now
from referral.views.reviews_page import action_row, draw_rows, figures, findings, quarter_words, title_of

#: The same for everybody: an open folder of a shared machine tells nothing.
FILE_NAME = "controle.pdf"


@require_GET
def review_paper(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Draw, figures, findings and what became of them, as far as this reader may know; nobody's identity."""
    opened = file_reviews.open_review(request.actor, pk)
    if opened.review.concluded_at is None:
        raise NotVisible
    paper = typeset("review.typ", _data(request, opened))
    review_papers.keep_print(opened.review, paper)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{FILE_NAME}"'
    return answer


def _data(request: ActingRequest, opened: Opened) -> dict[str, Any]:
    review = opened.review
    reviewer = review.reviewer
    assert reviewer is not None and review.concluded_at is not None  # noqa: S101, PT018 - it is concluded
    seal = review_papers.seal_of(review, opened.files, opened.actions)
    return {
        "site": settings.RELAIS_SITE_NAME,
        "language": request.LANGUAGE_CODE,
        "region": "SN",
        "title": title_of(review),
        "reference": spoken(review.reference),
        "facts": [
            [_("Reference"), spoken(review.reference)],
            [_("Organisation"), review.organisation.name],
            [_("Quarter"), quarter_words(review.quarter)],
            [_("Conclusion"), str(review.get_conclusion_display())],
        ],
        "draw_title": _("The draw"),
        "draw": [list(row) for row in draw_rows(review)] if sees_draw(opened.seats) else [],
        "figures_title": _("Answers"),
        "figures_head": [_("Question"), *(str(mark.label) for mark in Mark)],
        "figures": [
            [str(row["question"]), *map(str, row["counts"])] for row in figures(review, opened.files)
        ],
        "findings_title": _("Findings"),
        "findings": [
            [f"{row['file']}, {row['severity']}", str(row["question"]), row["words"]]
            for row in findings(opened)
        ],
        "no_findings": _("Nothing was found."),
        "actions_title": _("What is done about it"),
        "actions": [
            [f"{row['file']}: {row['label']}", row["words"], _until(row)]
            for row in (action_row(opened, each) for each in opened.actions)
        ],
        "no_actions": _("Nothing was asked for."),
        "signed_title": _("Concluded by"),
        "signed": [
            [_("Name"), reviewer.name],
            [_("Concluded at"), moment(review.concluded_at)],
            [_("Printed on"), day(now())],
            [_("Fingerprint of the review (SHA-256)"), seal.fingerprint],
            *(
                [
                    [_("Signature of the site (Ed25519)"), seal.signature],
                    [_("Key of the site"), seal.public],
                ]
                if seal.signature
                else []
            ),
        ],
        "signature_note": ""
        if seal.signature
        else _("This site has no signing key: the paper bears a fingerprint alone."),
        "verify": _(
            "The fingerprint of this paper is written in the audit. On the page of the review, “Check a paper” says "
            "whether a paper is the one that was printed."
        ),
    }


def _until(row: dict[str, Any]) -> str:
    if row["confirmed"]:
        return _("confirmed on %(day)s") % {"day": day(row["confirmed"])}
    if row["done"]:
        return _("done on %(day)s") % {"day": day(row["done"])}
    return _("due on %(day)s") % {"day": day(row["due"])} if row["due"] else ""


@require_http_methods(["GET", "POST"])
def review_verify(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Whether this file, byte for byte, was printed here from this review, and when. It is not kept."""
    opened = file_reviews.open_review(request.actor, pk)
    form = VerifyPaperForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["upload"].read()
        found = review_papers.printed(opened.review, content)
        shown = {"checked": True, "printed": found, "sha256": sha256(content).hexdigest()}
    return render(
        request,
        "referral/reviews/verify.html",
        {
            "form": form,
            "title": _("Check a paper of this review"),
            "reference": spoken(opened.review.reference),
            "back_url": reverse("review", args=[pk]),
            **shown,
        },
    )
