"""Legal grounds: recorded by one person, countersigned by another."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from referral import policy
from referral.disclosure import is_child
from referral.enums import CaseAct, GroundCode
from referral.forms.basis import BEST_INTEREST, DecideGroundForm, GroundForm
from referral.models import Case, LegalGround, Slip
from referral.queries import files
from referral.queries.arrivals import grounds_that_wait
from referral.queries.recipients import Recipient, recipients
from referral.services import basis, drafts, reading, steps
from referral.views import file, words
from referral.views.consent import choose
from referral.views.door import ActingRequest, case_or_404, now, perform
from referral.views.drafts import resume


@require_http_methods(["GET", "POST"])
def ground(request: ActingRequest, pk: UUID) -> HttpResponse:
    """First for whom (a GET form), then why."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.RECORD_GROUND, case)
    chosen = recipients(request.GET.getlist("to"))[:1]
    if chosen and ("ask" in request.GET or request.method == "POST"):
        return _ground(request, case, chosen[0])
    return choose(request, case, chosen, title=_("For which organisation?"), address="ground", several=False)


def _ground(request: ActingRequest, case: Case, recipient: Recipient) -> HttpResponse:
    child, at = is_child(case.person.age_status), now()
    waited = basis.waited_alone(case, recipient.organisation, recipient.purpose, at)
    refused = files.refused_groups(case, recipient.organisation, recipient.purpose)
    form = GroundForm(
        request.POST or None,
        recipient=recipient,
        child=child,
        refused=refused,
        alone=waited and "alone" in request.GET,
    )

    def act(cleaned: dict[str, Any]) -> str:
        recorded = basis.record_ground(
            case.pk,
            by=request.actor,
            at=at,
            code=cleaned["code"],
            recipient=recipient.organisation,
            purpose=recipient.purpose,
            groups=cleaned["groups"],
            reason=form.why(),
            best_interest=form.best_interest(),
            alone=form.alone,
        )
        drafts.drop_draft(by=request.actor, form="ground", about=case.pk)
        messages.success(request, _recorded_words(recorded))
        return reverse("case", args=[case.pk])

    done = perform(request, form, act)
    query = urlencode({"to": recipient.token})
    return done or render(
        request,
        "referral/case/ground.html",
        {
            "case": case,
            "form": form,
            "title": _("Record a legal ground"),
            "caption": words.case_title(case),
            "child": child,
            "hints": words.said_no(refused, child=child),
            "submit": _("Record the ground"),
            "tokens": [recipient.token],
            "recipient": recipient.organisation.name,
            "service": words.service_words(recipient.service),
            "purpose": recipient.purpose,
            "alone": form.alone,
            "alone_url": f"{reverse('ground', args=[case.pk])}?{query}&ask=1&alone=1"
            if waited and not form.alone
            else "",
            "back_url": f"{reverse('ground', args=[case.pk])}?{query}",
            **resume(request, form, "ground", case.pk),
        },
    )


def _recorded_words(recorded: LegalGround) -> str:
    if recorded.valid_from is None:
        return _("The ground is recorded. It holds once a second person has countersigned it.")
    return _(
        "The ground is recorded and holds from now on. A second person is asked to countersign it within 24 hours."
    )


@require_http_methods(["GET", "POST"])
def ground_decide(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The second person reads codes and the reason, nothing of the file."""
    found = reading.read_ground(request.actor, pk)
    decided = found.approved_at is not None or found.refused_at is not None
    second = policy.is_second_person(request.actor, found.recorded_by_id)
    form = DecideGroundForm(request.POST or None, version=found.version)

    def act(cleaned: dict[str, Any]) -> str:
        basis.decide_ground(
            pk, by=request.actor, at=now(), version=cleaned["version"], approve=cleaned["approve"]
        )
        messages.success(
            request, _("The ground is countersigned.") if cleaned["approve"] else _("The ground is refused.")
        )
        return reverse("home")

    done = perform(request, form, act)
    if done is not None:
        return done
    form.renew(found.version)
    opened = reading.look_at_ground(request.actor, found, begun=form.is_bound)
    return render(
        request,
        "referral/case/ground_decide.html",
        {
            "form": form,
            "title": _("Countersign a legal ground"),
            "ground": found,
            "rows": _ground_rows(request.actor, found),
            "reasons": reasons(found) if opened else [],
            "together_url": _together(request.actor, found),
            "decided": decided,
            "second": second,
            "at": now(),
            "cancel_url": reverse("home"),
            "submit": _("Record my decision"),
        },
    )


def _together(actor: Actor, ground: LegalGround) -> str:
    """Where it is countersigned with the others of its arrival; empty when it is the only one."""
    slip = Slip.objects.filter(case=ground.case_id).first()
    if slip is None:
        return ""
    others = basis.seen_of(grounds_that_wait(slip.arrival_id), actor)
    return reverse("arrival_grounds", args=[slip.arrival_id]) if len(others) > 1 else ""


def _ground_rows(actor: Actor, ground: LegalGround) -> list[tuple[str, str]]:
    case = ground.case
    inside = actor.organisation_id == case.organisation_id
    recorded_by = ground.recorded_by.name if inside else case.organisation.name
    return [
        (_("Ground"), str(GroundCode(ground.code).label)),
        (_("Recorded by"), recorded_by),
        (_("To be shared with"), words.organisation_words(ground.recipient, ground.purpose)),
        (_("What would be shared"), words.group_words(ground.groups)),
        (_("Danger"), case.get_urgency_display()),
        *file.codes(case)[:3],
    ]


def reasons(ground: LegalGround) -> list[tuple[str, str]]:
    answers: dict[str, str] = ground.best_interest or {}
    if not answers:
        return [(_("What makes it necessary?"), ground.reason)]
    labels = {name: GroundForm.base_fields[name].label for name in BEST_INTEREST}
    return [(str(labels[name]), answers[name]) for name in BEST_INTEREST]
