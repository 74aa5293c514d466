"""The sender: what is needed, who could give it, exactly what they will see, and the sending itself."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referral.disclosure import needed
from referral.enums import Action, CaseAct, Group, Side, State, Urgency
from referral.forms.sending import CheckForm, ChooseForm, NeedForm, SendForm
from referral.models import Case, Person, Referral
from referral.queries import candidates
from referral.queries.facts import agreed_groups, said_no
from referral.references import spoken
from referral.services import sending, steps
from referral.views import words
from referral.views.confirming import Page, confirm, posted, to_referral
from referral.views.door import ActingRequest, case_or_404, now, perform, referral_or_404
from referral.views.shared import group_rows, preview_rows


@require_http_methods(["GET", "POST"])
def refer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """First what is needed, as a GET form of codes; then who could give it."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.REFER, case)
    parent = _parent(request, case)
    need = NeedForm(request.GET if "service" in request.GET else None, initial={"urgency": case.urgency})
    back_url = reverse("case", args=[pk])
    if not need.is_valid():
        return _ask_need(request, need, case, parent, back_url)

    def act(asked: sending.Asked) -> Referral:
        return sending.start_draft(case.pk, by=request.actor, at=now(), asked=asked, parent=parent)

    return _choose(request, case, need, act, back_url)


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


def _ask_need(
    request: ActingRequest, need: NeedForm, case: Case, parent: Referral | None, back_url: str
) -> HttpResponse:
    return render(
        request,
        "referral/referral/need.html",
        {
            "form": need,
            "title": _("Refer this person"),
            "case_title": words.case_title(case),
            "parent": parent,
            "back_url": back_url,
        },
    )


def _choose(
    request: ActingRequest, case: Case, need: NeedForm, act: Any, back_url: str, *, lost: bool = False
) -> HttpResponse:
    """Who could receive this person. Args: lost: the draft is the case owner's, and not this person's to see."""
    asked = need.cleaned_data
    found = candidates(case, asked["service"], now(), without=said_no(case, asked["service"], now()))
    form = ChooseForm(
        posted(request),
        organisations=[(str(c.organisation.pk), c.organisation.name) for c in found if c.staffed],
    )
    by_id = {str(candidate.organisation.pk): candidate.organisation for candidate in found}

    def choose(cleaned: dict[str, Any]) -> str:
        draft = act(
            sending.Asked(by_id[cleaned["organisation"]], asked["service"], asked["urgency"], asked["days"])
        )
        return reverse("routing") if lost else reverse("referral_check", args=[draft.pk])

    if request.method == "POST" and (answer := perform(request, form, choose)) is not None:
        return answer
    return render(
        request,
        "referral/referral/choose.html",
        {
            "form": form,
            "need": need,
            "candidates": found,
            "title": _("Who could receive this person?"),
            "emergency": asked["urgency"] == Urgency.EMERGENCY,
            "at": now(),
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
            "ask_url": f"{reverse('consent', args=[referral.case_id])}?recipient={referral.receiving_organisation_id}&service={referral.service}",
            "ground_url": f"{reverse('ground', args=[referral.case_id])}?recipient={referral.receiving_organisation_id}&service={referral.service}",
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
            *(((_("No agreement"), words.listed(missing)),) if missing else ()),
        ),
        context={"cancel_url": reverse("referral_check", args=[referral.pk])}
        if referral.state == State.DRAFT
        else None,
    )
    return confirm(request, referral, Action.SEND, form, act, page)


def redirect_elsewhere(request: ActingRequest, referral: Referral) -> HttpResponse:
    """After a no, or no answer: the next candidates for the same need, without those who said no."""
    side = steps.permit(request.actor, Action.REDIRECT, referral)
    need = NeedForm(
        request.GET
        if "service" in request.GET
        else {
            "service": referral.service,
            "urgency": referral.urgency,
            "days": referral.preview.details["days"],
        }
    )
    if not need.is_valid():
        return _ask_need(request, need, referral.case, None, to_referral(referral))

    def act(asked: sending.Asked) -> Referral:
        return sending.redirect(referral.pk, by=request.actor, at=now(), asked=asked)

    lost = side == Side.COORDINATING
    return _choose(request, referral.case, need, act, to_referral(referral), lost=lost)
