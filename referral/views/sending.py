"""The sender: what is needed, who could give it, exactly what they will see, and the sending itself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referral.disclosure import needed
from referral.enums import Action, CaseAct, Group, Side, State
from referral.forms.sending import CheckForm, NeedForm, SendForm
from referral.models import Case, Person, Referral
from referral.queries import unmet_of
from referral.queries.basis import agreed_groups
from referral.queries.intakes import next_need
from referral.queries.questions import questions_of
from referral.queries.refusals import noes
from referral.queries.visible import granted_case
from referral.references import spoken
from referral.services import sending, steps
from referral.views import words
from referral.views.choosing import choose
from referral.views.confirming import Page, confirm, posted, to_referral, which
from referral.views.door import ActingRequest, case_or_404, now, perform, referral_or_404
from referral.views.shared import group_rows, preview_rows


@require_http_methods(["GET", "POST"])
def refer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """First what is needed, as a GET form of codes; then who could give it."""
    case = granted_case(request.actor, pk) or case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REFER, case)
    parent = _parent(request, case)
    asked = "service" in request.GET
    initial = {} if asked else {"urgency": case.urgency, "service": next_need(case)}
    need = NeedForm(request.GET if asked else None, initial=initial)
    back_url = reverse("case", args=[pk])
    if not need.is_valid():
        return _ask_need(request, need, case, back_url)

    def act(asked: sending.Asked) -> str:
        draft = sending.start_draft(case.pk, by=request.actor, at=now(), asked=asked, parent=parent)
        return reverse("referral_check", args=[draft.pk])

    return choose(request, case, need, act, back_url)


def _parent(request: ActingRequest, case: Case) -> Referral | None:
    """The referral from which a further one was proposed, named in the address of the link."""
    if "parent" not in request.GET:
        return None
    try:
        parent = referral_or_404(request, UUID(request.GET["parent"]))
    except ValueError:
        raise steps.NotVisible from None
    if parent.case_id != case.pk:
        raise steps.NotVisible
    return parent


def redirect_elsewhere(request: ActingRequest, referral: Referral) -> HttpResponse:
    """After a no, or no answer: the next candidates for the same need, without those who said no."""
    side = steps.permit(request.actor, Action.REDIRECT, referral)
    if request.method == "GET" and (unmet := unmet_of(referral, Action.REDIRECT, now())):
        return _not_now(request, referral, unmet)
    before = {
        "service": referral.service,
        "urgency": referral.urgency,
        # Coordination reads codes only; how long a place was needed is sealed with the preview.
        "days": referral.preview.details["days"] if side != Side.COORDINATING else None,
    }
    given: Any = request.GET if "service" in request.GET else None if "change" in request.GET else before
    need = NeedForm(given, initial=before)
    if not need.is_valid():
        return _ask_need(request, need, referral.case, to_referral(referral))

    def act(asked: sending.Asked) -> str:
        draft = sending.redirect(referral.pk, by=request.actor, at=now(), asked=asked)
        if side == Side.COORDINATING:
            # The draft is the case owner's, who alone takes consent and sends; coordination does not see it.
            messages.success(request, _("A draft was prepared and the case owner is told."))
            return reverse("routing")
        return reverse("referral_check", args=[draft.pk])

    case = referral.case if side == Side.COORDINATING else case_or_404(request, referral.case_id)
    return choose(
        request, case, need, act, to_referral(referral), side=side, noes=noes(case, referral.service)
    )


def _not_now(request: ActingRequest, referral: Referral, unmet: Any) -> HttpResponse:
    return render(
        request,
        "referral/referral/act.html",
        {
            "title": Action.REDIRECT.label,
            "which": which(request, referral),
            "unmet": unmet,
            "cancel_url": to_referral(referral),
        },
    )


def _ask_need(request: ActingRequest, need: NeedForm, case: Case, back_url: str) -> HttpResponse:
    return render(
        request,
        "referral/referral/need.html",
        {
            "form": need,
            "title": _("Refer this person"),
            "parent": request.GET.get("parent", ""),
            "back_url": back_url,
        },
    )


@require_http_methods(["GET", "POST"])
def check(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Exactly what the partner sees before and after accepting; the sender unticks."""
    referral = referral_or_404(request, pk)
    if referral.state != State.DRAFT:
        return HttpResponseRedirect(to_referral(referral))
    person, values = sending.check_answers(referral, by=request.actor, at=now())
    form = CheckForm(
        posted(request),
        version=referral.version,
        person_version=person.version,
        agreed=values.keys(),
        initial={"groups": _ticked(referral, list(values))},
    )

    def act(cleaned: dict[str, Any]) -> str:
        sending.release(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            person_version=cleaned["person_version"],
            groups=cleaned["groups"],
        )
        return reverse("referral_act", args=[pk, Action.SEND])

    if request.method == "POST":
        if (answer := perform(request, form, act)) is not None:
            return answer
        form.renew(referral.version)
    ticked = form["groups"].value() or []
    recipient = urlencode({"to": f"{referral.receiving_organisation_id}:{referral.service}", "ask": "1"})
    return render(
        request,
        "referral/referral/check.html",
        {
            "form": form,
            "referral": referral,
            "reference": spoken(referral.reference),
            "before": preview_rows(referral, referral.preview),
            "after": [(*part, part[0] in ticked) for part in group_rows(values)],
            "missing": _missing(referral, values.keys()),
            "never": words.group_words([g for g in Group if g not in needed(referral.service)]),
            "questions_url": reverse("referral_questions", args=[pk])
            if questions_of(referral.service)
            else "",
            "ask_url": f"{reverse('consent', args=[referral.case_id])}?{recipient}",
            "ground_url": f"{reverse('ground', args=[referral.case_id])}?{recipient}",
            "back_url": to_referral(referral),
        },
    )


def _ticked(referral: Referral, agreed: list[str]) -> list[str]:
    """All that was agreed, until the sender has unticked something."""
    return [group for group in agreed if group in referral.released_groups] or agreed


def _missing(referral: Referral, agreed: Any) -> list[str]:
    """Groups that this service needs and nobody has agreed to, by name."""
    return [str(group.label) for group in Group if group in needed(referral.service) and group not in agreed]


def send(request: ActingRequest, referral: Referral) -> HttpResponse:
    person = Person.objects.only("version").get(case_id=referral.case_id)
    form = SendForm(posted(request), version=referral.version, person_version=person.version)

    def act(cleaned: dict[str, Any]) -> str:
        sending.send_referral(
            referral.pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            person_version=cleaned["person_version"],
        )
        return to_referral(referral)

    missing = _missing(referral, agreed_groups(referral, now()))
    page = Page(
        title=_("Send this referral?"),
        text=_("The desk sees the codes now, and what you share only if it accepts."),
        undo=_("You can withdraw it as long as it is not ended. Paper and memory keep what was read."),
        submit=Action.SEND.label,
        done=_("Sent. You will be told of the answer."),
        rows=(
            (_("Shared after acceptance"), words.group_words(referral.released_groups) or _("Nothing")),
            *(((_("Not shared, nobody agreed to it"), words.listed(missing)),) if missing else ()),
        ),
        context={"cancel_url": reverse("referral_check", args=[referral.pk])}
        if referral.state == State.DRAFT
        else None,
    )
    return confirm(request, referral, Action.SEND, form, act, page)
