"""The pages of an erasure: who asks and who decides read what is destroyed; afterwards the skeleton is shown."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import User
from partners.queries import code_label
from partners.templatetags.interface import day, moment
from referral import policy
from referral.forms.acts import ActForm
from referral.forms.rights import AskErasureForm, DecideErasureForm
from referral.models import Case, Erasure
from referral.queries import files, visible_cases
from referral.queries.retention import closure_reason, kept_until
from referral.queries.rights import Lot, done_erasure_of, drafts_about, erasure_of, lots, requests_of
from referral.references import spoken
from referral.rights import RequestKind
from referral.services import erasing
from referral.views import file, story, words
from referral.views.door import ActingRequest, now, perform


@require_http_methods(["GET", "POST"])
def case_erasure(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Asked for where nobody has asked, decided where somebody has."""
    case = erasing.read_erasure(request.actor, pk)
    asked = erasure_of(case)
    return _ask(request, case) if asked is None else _decide(request, case, asked)


def _ask(request: ActingRequest, case: Case) -> HttpResponse:
    until, asked = kept_until(case), requests_of(case)
    kept = day(until) if until is not None and until > now() else ""
    form = AskErasureForm(request.POST or None, version=case.version, kept=kept)
    wished = any(each.kind == RequestKind.ERASURE and each.answered_at is None for each in asked)

    def act(cleaned: dict[str, Any]) -> str:
        erasing.ask_erasure(
            case.pk, by=request.actor, at=now(), version=cleaned["version"], reason=cleaned["reason"]
        )
        messages.success(request, _("Two other people decide now on the erasure."))
        return reverse("case", args=[case.pk])

    return _page(
        request,
        case,
        form,
        act,
        case.version,
        title=_("Ask for the erasure of this file?"),
        text=_(
            "You ask; a supervisor and a second person decide. Nobody decides on what she or he asked for."
        ),
        submit=_("Ask for the erasure"),
        record_url="" if wished else reverse("request_new", args=[case.pk]),
    )


def _decide(request: ActingRequest, case: Case, asked: Erasure) -> HttpResponse:
    form, first = DecideErasureForm(request.POST or None, version=asked.version), asked.first_by_id is None

    def act(cleaned: dict[str, Any]) -> str:
        done = erasing.decide_erasure(
            case.pk, by=request.actor, at=now(), version=cleaned["version"], approve=cleaned["approve"]
        )
        messages.success(request, _said(done))
        return _file_or_home(request.actor, case) if done.done_at else reverse("home")

    return _page(
        request,
        case,
        form,
        act,
        asked.version,
        title=_("Erase this file?"),
        text=""
        if first
        else _("One person has approved it. If you approve it too, the file is erased at once."),
        more=[
            (_("Reason"), asked.get_reason_display()),
            (_("Asked for by"), _who(request.actor, asked.asked_by)),
            (_("Asked for on"), moment(asked.asked_at)),
            *([] if asked.first_by is None else [(_("Approved by"), _who(request.actor, asked.first_by))]),
        ],
        mine=not all(
            policy.is_second_person(request.actor, each) for each in (asked.asked_by_id, asked.first_by_id)
        ),
        submit=_("Record my decision"),
    )


def _page(
    request: ActingRequest,
    case: Case,
    form: ActForm,
    act: Callable[[dict[str, Any]], str],
    version: int,
    *,
    more: list[tuple[str, Any]] | None = None,
    mine: bool = False,
    **shown: str,
) -> HttpResponse:
    done = perform(request, form, act)
    if done is not None:
        return done
    form.renew(version)
    own = case.organisation_id == request.actor.organisation_id
    known: list[tuple[str, Any]] = [(_("Case"), spoken(case.reference))] if own else []
    person = case.person
    return render(
        request,
        "referral/case/erasure.html",
        {
            "form": form,
            "rows": [
                *known,
                (_("Organisation"), case.organisation.name),
                (_("State"), case.get_state_display()),
                (_("Age"), person.get_age_band_display()),
                *(more or []),
            ],
            "unmet": [] if form.is_bound else erasing.unmet(case, now()),
            "mine": mine,
            "lots": [_lot(lot) for lot in lots(case)],
            "drafts": drafts_about(case).count(),
            "undo": _(
                "This cannot be undone, by anybody. What is listed here can never be read again, "
                "in backups neither once those made until today have ended."
            ),
            "danger": True,
            "cancel_url": _file_or_home(request.actor, case),
            **shown,
        },
    )


def _file_or_home(actor: Actor, case: Case) -> str:
    """Coordination and the national unit decide on files that they cannot open."""
    may_open = visible_cases(actor).filter(pk=case.pk).exists()
    return reverse("case", args=[case.pk]) if may_open else reverse("home")


def _lot(lot: Lot) -> tuple[str, str]:
    """Person: 1, and 3 former versions."""
    name = str(lot.model._meta.verbose_name)
    former = ngettext("and %(count)d former version", "and %(count)d former versions", lot.versions)
    said = f"{lot.rows} {former % {'count': lot.versions}}" if lot.versions else str(lot.rows)
    return name[:1].upper() + name[1:], said


def _who(actor: Actor, user: User) -> str:
    return story.by(actor, user, user.organisation)


def _said(done: Erasure) -> str:
    if done.done_at is not None:
        return _("The file is erased.")
    return _("The erasure is refused.") if done.refused_at else _("Approved. A second person decides now.")


def skeleton(request: ActingRequest, case: Case) -> HttpResponse:
    """What is left of a file: codes, dates, organisations. Nothing sealed is touched."""
    person, erasure = case.person, done_erasure_of(case)
    rows: list[tuple[str, str | Promise]] = [
        (_("Organisation"), case.organisation.name),
        (_("Region"), case.region.name),
        (_("Age"), words.age(person)),
        (_("Sex"), person.get_sex_display()),
        (_("Opened"), day(case.opened_at)),
        (_("Closed"), day(case.closed_at) if case.closed_at else ""),
        (_("Reason for closing"), code_label(CodeList.CLOSURE_REASON, closure_reason(case))),
    ]
    if erasure is not None and erasure.first_by and erasure.second_by:
        approvers = [_who(request.actor, user) for user in (erasure.first_by, erasure.second_by)]
        rows += [
            (_("Why it was erased"), erasure.get_reason_display()),
            (_("Asked for by"), _who(request.actor, erasure.asked_by)),
            (_("Approved by"), words.listed(approvers)),
        ]
    moves = files.timeline_of(case)
    return render(
        request,
        "referral/case/erased.html",
        {
            "case": case,
            "title": words.case_title(case),
            "rows": rows,
            "referrals": [file.referral_row(referral) for referral in files.referrals_of(case)],
            "timeline": story.entries(
                request.actor, case, moves, files.conversations_of(case), files.grounds_of(case)
            ),
        },
    )
