"""Who stands beside a child: written down, assessed, decided on by a second person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.actor import Actor
from partners.templatetags.interface import moment, telephone
from referral import guardians as rules
from referral import policy
from referral.disclosure import is_child
from referral.enums import CaseAct, RevealReason
from referral.forms.attachments import OpenForm
from referral.forms.guardians import GuardianForm, StandingForm
from referral.guardians import DECIDE_WITHIN, Standing
from referral.models import Case, Guardian
from referral.queries import case_tie
from referral.queries.talks import guardian_of
from referral.services import guardians, steps
from referral.views import file, words
from referral.views.confirming import posted
from referral.views.consented import short
from referral.views.door import ActingRequest, case_or_404, now, perform


@require_GET
def guardian_list(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Everybody beside the child, by name: which is a look."""
    case = case_or_404(request, pk)
    found = guardians.read_guardians(request.actor, case)
    may_write = policy.may_case(request.actor, CaseAct.RECORD_GUARDIAN, case_tie(request.actor, case))
    return render(
        request,
        "referral/case/guardians.html",
        {
            "case": case,
            "title": _("Guardians of the child"),
            "caption": words.case_title(case),
            "rows": [_row(request.actor, each, may_write) for each in found],
            "child": is_child(case.person.age_status),
            "new_url": reverse("guardian_new", args=[pk]) if may_write else "",
            "back_url": reverse("case", args=[pk]),
        },
    )


def _row(actor: Actor, guardian: Guardian, may_write: bool) -> dict[str, Any]:
    second = policy.is_second_person(actor, guardian.said_by_id) and policy.is_second_person(
        actor, guardian.case.owner_id
    )
    return short(guardian) | {
        "name": guardian.name or "",
        "phone": telephone(guardian.phone) if guardian.phone else "",
        "appointed": _appointed(guardian),
        "barred": rules.barred(guardian) or "",
        "edit_url": reverse("guardian_edit", args=[guardian.pk]) if may_write else "",
        "standing_url": reverse("guardian_standing", args=[guardian.pk]) if may_write else "",
        "decide_url": reverse("guardian_decide", args=[guardian.pk])
        if second and policy.supervisor(actor, policy.Tie())
        else "",
    }


def _appointed(guardian: Guardian) -> str:
    if guardian.appointed_on is None or guardian.court is None:
        return ""
    said = {"court": guardian.court.name, "day": words.day_of(guardian.appointed_on)}
    return _("%(court)s, on %(day)s") % said


@require_http_methods(["GET", "POST"])
def guardian_new(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_GUARDIAN, case)
    form = GuardianForm(posted(request))

    def act(cleaned: dict[str, Any]) -> str:
        guardians.add_guardian(pk, by=request.actor, at=now(), said=form.said())
        messages.success(request, _("Written down. Nobody is told, and nobody may agree yet."))
        return reverse("guardians", args=[pk])

    return perform(request, form, act) or _ask(
        request, case, form, title=_("Who stands beside the child?"), submit=_("Write down")
    )


@require_http_methods(["GET", "POST"])
def guardian_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    guardian = _mine(request, pk)
    form = GuardianForm(posted(request), guardian=guardian)

    def act(cleaned: dict[str, Any]) -> str:
        guardians.correct_guardian(pk, by=request.actor, version=cleaned["version"], said=form.said())
        messages.success(request, _("Corrected."))
        return reverse("guardians", args=[guardian.case_id])

    done = perform(request, form, act)
    form.renew(guardian.version)
    if not form.is_bound:
        guardians.look_at(request.actor, guardian)
    return done or _ask(
        request, guardian.case, form, title=_("Correct what is known of this person"), submit=_("Save")
    )


def _mine(request: ActingRequest, pk: UUID) -> Guardian:
    """A guardian of a file that one may write into."""
    guardian = guardian_of(request.actor, pk)
    if guardian is None:
        raise steps.NotVisible
    steps.permit_case(request.actor, CaseAct.RECORD_GUARDIAN, guardian.case)
    return guardian


def _ask(request: ActingRequest, case: Case, form: Any, **shown: Any) -> HttpResponse:
    base = {
        "form": form,
        "caption": words.case_title(case),
        "back_url": reverse("guardians", args=[case.pk]),
    }
    return render(request, "referral/case/guardian.html", base | shown)


@require_http_methods(["GET", "POST"])
def guardian_standing(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The case owner says how safe it is; a suspicion holds at once."""
    guardian = _mine(request, pk)
    form = StandingForm(posted(request), version=guardian.version)

    def act(cleaned: dict[str, Any]) -> str:
        changed = guardians.propose_standing(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            standing=cleaned["standing"],
            reason=cleaned["reason"],
        )
        held = changed.standing == cleaned["standing"]
        messages.success(
            request,
            _("It holds from now on. A second person is asked to confirm it.")
            if held
            else _("A second person is asked to decide. Until then nothing changes."),
        )
        return reverse("guardians", args=[guardian.case_id])

    done = perform(request, form, act)
    form.renew(guardian.version)
    return done or _ask(
        request,
        guardian.case,
        form,
        title=_("How safe is the child with this person?"),
        text=_(
            "A suspicion holds at once. That somebody is safe holds once a second person has decided it, "
            "within %(hours)d hours."
        )
        % {"hours": DECIDE_WITHIN.total_seconds() // 3600},
        rows=[_relation(guardian)],
        standing=_standing(guardian),
        submit=_("Ask a second person"),
    )


def _relation(guardian: Guardian) -> tuple[str, str]:
    return _("Relation to the child"), str(guardian.get_relation_display())


def _standing(guardian: Guardian) -> list[tuple[str, str]]:
    """Masked with the names: whoever is suspected may look at the same screen."""
    return [
        (_("Standing"), str(guardian.get_standing_display())),
        *([(_("Asked for"), str(Standing(guardian.proposed).label))] if guardian.proposed else []),
    ]


@require_http_methods(["GET", "POST"])
def guardian_decide(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The second person reads codes, and the reason once it is opened; no name."""
    guardian = guardians.read_guardian_to_decide(request.actor, pk)
    form = StandingForm(posted(request), version=guardian.version)

    def act(cleaned: dict[str, Any]) -> str:
        guardians.decide_standing(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            standing=cleaned["standing"],
            reason=cleaned["reason"],
        )
        messages.success(request, _("The decision is recorded."))
        return reverse("home")

    done = perform(request, form, act)
    form.renew(guardian.version)
    return done or _decide(request, guardian, form)


@require_POST
def guardian_reason(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The same page with what was written of this person, on this answer only."""
    guardian = guardians.read_guardian_to_decide(request.actor, pk)
    why = OpenForm(request.POST)
    opened = ""
    if why.is_valid():
        opened = guardians.reveal_reason(request.actor, guardian, why=why.cleaned_data["reason"])
    return _decide(request, guardian, StandingForm(version=guardian.version), opened)


def _decide(request: ActingRequest, guardian: Guardian, form: StandingForm, opened: str = "") -> HttpResponse:
    case = guardian.case
    second = policy.is_second_person(request.actor, guardian.said_by_id) and policy.is_second_person(
        request.actor, case.owner_id
    )
    inside = request.actor.organisation_id == case.organisation_id
    return render(
        request,
        "referral/case/guardian_decide.html",
        {
            "action": reverse("guardian_decide", args=[guardian.pk]),
            "form": form,
            "title": _("Decide on a guardian"),
            "rows": [_relation(guardian), *_decided(guardian), *file.codes(case)[:3]],
            "standing": _standing(guardian),
            "written": guardian.said_by_id is not None or guardian.decided_by_id is not None,
            "reason": opened,
            "reason_url": reverse("guardian_reason", args=[guardian.pk]),
            "reveal_reasons": RevealReason.choices,
            "said_by": (guardian.said_by.name if inside else case.organisation.name)
            if guardian.said_by
            else "",
            "second": second,
            "submit": _("Record my decision"),
            "cancel_url": reverse("home"),
        },
    )


def _decided(guardian: Guardian) -> list[tuple[str, str]]:
    return [(_("Decided"), moment(guardian.decided_at))] if guardian.decided_at else []
