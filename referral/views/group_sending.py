"""Several persons of one arrival are referred: who, what they need, to whom, what would be shared, one press."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.enums import CodeList
from partners.models import Organisation
from partners.queries import code_label
from referral.disclosure import is_child
from referral.enums import CaseAct, State, Urgency
from referral.families import first_that_fit
from referral.forms.groups import ChosenForm, GroupGroundForm, PickForm, SendGroupForm
from referral.models import Arrival, GroupReferral
from referral.queries import Candidate
from referral.queries.arrivals import Member, families_of, group_of, members_of
from referral.queries.candidates import ranked
from referral.queries.no_go import avoided_organisations
from referral.queries.refusals import said_no
from referral.ranking import ASKABLE, Hindrance
from referral.services import arrivals, group_sending, steps
from referral.services.group_sending import Readiness
from referral.services.sending import Asked
from referral.services.steps import StaleForm
from referral.views import words
from referral.views.arrivals import arrival_or_404, in_codes, slip_words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from referral.views.shared import persons

#: After these the person is offered again.
_REFUSED = (State.DECLINED, State.EXPIRED)


class Choice:
    """What has been chosen so far, all of it in the address: codes and numbers of slips."""

    def __init__(self, request: ActingRequest, arrival: Arrival) -> None:
        self.request, self.arrival, self.query = request, arrival, request.GET
        self.everybody = members_of(request.actor, arrival)
        arrivals.read_arrival(request.actor, arrival, self.everybody)
        self.mine = [member for member in self.everybody if member.granted]
        if not self.mine:
            raise arrivals.refused(arrival, CaseAct.REFER)
        self.parent = self._parent()
        chosen = "service" in self.query and "pick" not in self.query
        self.need = ChosenForm(
            self.query if chosen else None,
            numbers=[member.number for member in self.mine],
            initial=self._initial(),
        )

    def _parent(self) -> GroupReferral | None:
        if not (of := self.query.get("of")):
            return None
        try:
            group = group_of(self.request.actor, UUID(of))
        except ValueError:
            group = None
        if group is None or group.arrival_id != self.arrival.pk:
            raise steps.NotVisible
        return group

    def _initial(self) -> dict[str, Any]:
        asked = self.parent or self.query
        before = {
            "service": asked.service if isinstance(asked, GroupReferral) else asked.get("service"),
            "urgency": asked.urgency if isinstance(asked, GroupReferral) else asked.get("urgency"),
            "days": self.query.get("days"),
        }
        return {**before, "n": sorted(self.ticked())}

    def ticked(self) -> set[int]:
        """Who is ticked at first: whom the pick finds, or who was refused elsewhere."""
        if self.parent is not None and "pick" not in self.query:
            return {m.number for m in self.mine if _refused_in(m, self.parent) and m.open_referral is None}
        pick = PickForm(self.query)
        if "pick" not in self.query or not pick.is_valid():
            return set()
        free = [m for m in self.mine if m.to_be_referred and m.open_referral is None]
        fitting = [m.number for m in free if pick.fits(m.slip.case.person.sex, m.slip.case.person.age_band)]
        families = [[m.number for m in family] for family in families_of(free)]
        return first_that_fit(families, fitting, pick.most_of(len(fitting)))

    @property
    def chosen(self) -> list[Member]:
        numbers = set(self.need.cleaned_data["n"])
        return [member for member in self.mine if member.number in numbers]

    def candidates(self) -> list[Candidate]:
        """Who receives every kind of person among the chosen; the places are those for all of these kinds."""
        service, at = self.need.cleaned_data["service"], now()
        kinds = {
            (m.slip.case.person.sex, is_child(m.slip.case.person.age_status)): m.slip.case
            for m in self.chosen
        }
        refused = said_no((member.slip.case for member in self.chosen), service, at)
        refused |= avoided_organisations(member.slip.case.pk for member in self.chosen)
        without = refused | ({self.parent.receiving_organisation_id} if self.parent else set())
        found: dict[UUID, Candidate] | None = None
        for case in kinds.values():
            case.organisation = self.arrival.organisation
            here = {
                each.pk: each for each in ranked(case, service, at) if _open(each) and each.pk not in without
            }
            found = here if found is None else {
                pk: _both(each, here[pk]) for pk, each in found.items() if pk in here
            }  # fmt: skip
        return list((found or {}).values())

    def asked(self, receiving: Organisation) -> Asked:
        need = self.need.cleaned_data
        return Asked(receiving, need["service"], need["urgency"], need["days"])

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """For the next GET form: what stands in the address."""
        return [
            (name, value)
            for name, values in self.query.lists()
            for value in values
            if name not in ("pick", "sex", "upto", "most", *without)
        ]

    def url(self, name: str, *without: str) -> str:
        query = QueryDict(mutable=True)
        for key, value in self.hidden(*without):
            query.appendlist(key, value)
        return f"{reverse(name, args=[self.arrival.pk])}?{query.urlencode()}"


def _refused_in(member: Member, group: GroupReferral) -> bool:
    return any(r.group_referral_id == group.pk and r.state in _REFUSED for r in member.referrals)


def _open(candidate: Candidate) -> bool:
    """That one of them is being asked there already keeps her or him back, and not the others."""
    return (ASKABLE | {Hindrance.BEING_ASKED}).issuperset(candidate.hindrances)


def _both(one: Candidate, other: Candidate) -> Candidate:
    places = {offer.group: offer for offer in (*one.places, *other.places)}
    return replace(one, places=tuple(places.values()))


@require_http_methods(["GET", "POST"])
def arrival_refer(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who and what; then to whom; then, with everything in the address, what would be shared, and the one press."""
    choice = Choice(request, arrival_or_404(request, pk))
    if not choice.need.is_valid():
        return _ask_who(choice)
    found = choice.candidates()
    staffed = {str(each.organisation.pk): each for each in found if each.staffed}
    receiving = staffed.get(request.GET.get("to", ""))
    if receiving is None:
        return _ask_where(choice, found)
    return _check(choice, choice.asked(receiving.organisation))


def _ask_who(choice: Choice) -> HttpResponse:
    ticked = {str(number) for number in choice.need["n"].value() or []}
    return render(
        choice.request,
        "referral/group/who.html",
        {
            "form": choice.need,
            "pick": PickForm(choice.query if "pick" in choice.query else None),
            "title": _("Refer several persons"),
            "arrival": choice.arrival,
            "members": [_member(member, ticked) for member in choice.mine],
            "kept": [(name, value) for name, value in choice.hidden("service", "urgency", "days", "n", "to")],
            "back_url": reverse("arrival", args=[choice.arrival.pk]),
        },
    )


def _member(member: Member, ticked: set[str]) -> dict[str, Any]:
    referral = member.open_referral
    return {
        "number": member.number,
        "who": in_codes(member),
        "family": member.family,
        "urgency": member.slip.case.urgency,
        "urgency_label": member.slip.case.get_urgency_display(),
        "ticked": str(member.number) in ticked,
        "where": referral.receiving_organisation.name if referral else "",
    }


def _ask_where(choice: Choice, found: Sequence[Candidate]) -> HttpResponse:
    need = choice.need.cleaned_data
    return render(
        choice.request,
        "referral/group/where.html",
        {
            "title": _("Who could receive them?"),
            "service": code_label(CodeList.SERVICE, need["service"]),
            "urgency": need["urgency"],
            "urgency_label": Urgency(need["urgency"]).label,
            "count": persons(len(choice.chosen)),
            "staffed": [each for each in found if each.staffed],
            "to_telephone": [each for each in found if not each.staffed],
            "kept": choice.hidden("to"),
            "asked": "to" in choice.query,
            "change_url": choice.url("arrival_refer", "service"),
            "back_url": choice.url("arrival_refer", "service", "to"),
        },
    )


def _check(choice: Choice, asked: Asked) -> HttpResponse:
    """Person by person what would be shared, or why she or he stays behind; then all who can go are sent."""
    request, at = choice.request, now()
    checked = group_sending.readiness(choice.chosen, asked, at)
    ready = [each.member for each in checked if not each.reasons]
    torn = group_sending.split_by(choice.everybody, ready)
    shown = sum(m.number * (1 + m.slip.case.person.version) for m in ready)
    form = SendGroupForm(posted(request), splits=bool(torn), version=shown)

    def act(cleaned: dict[str, Any]) -> str:
        if cleaned["version"] != shown:
            raise StaleForm
        group = group_sending.send_group(
            choice.arrival,
            ready,
            by=request.actor,
            at=now(),
            asked=asked,
            everybody=choice.everybody,
            split_reason=cleaned.get("split_reason", ""),
            parent=choice.parent,
        )
        messages.success(request, _("Sent: %(persons)s in one referral.") % {"persons": persons(group.size)})
        return reverse("group_referral", args=[group.pk])

    done = perform(request, form, act)
    form.renew(shown)
    return done or render(
        request,
        "referral/group/check.html",
        {
            "form": form,
            "title": _("Refer %(persons)s together?") % {"persons": persons(len(ready))}
            if ready
            else _("Refer several persons"),
            "rows": [
                (_("To"), asked.receiving.name),
                (_("Service"), code_label(CodeList.SERVICE, asked.service)),
                (_("Urgency"), str(Urgency(asked.urgency).label)),
            ],
            "ready": [_ready(each) for each in checked if not each.reasons],
            "left": [_left(each, asked) for each in checked if each.reasons],
            "torn": [slip_words(m.number for m in family) for family in torn],
            "grounds": sum(each.child_ground for each in checked),
            "ground_url": choice.url("arrival_ground"),
            "cancel_url": choice.url("arrival_refer", "to"),
        },
    )


def _ready(each: Readiness) -> dict[str, Any]:
    return {
        "number": each.member.number,
        "who": in_codes(each.member),
        "family": each.member.family,
        "shared": words.group_words(list(each.groups)) or _("Nothing"),
    }


def _left(each: Readiness, asked: Asked) -> dict[str, Any]:
    case = each.member.slip.case
    return {
        "number": each.member.number,
        "who": in_codes(each.member),
        "why": " ".join(str(reason) for reason in each.reasons),
        "url": f"{reverse('consent', args=[case.pk])}?to={asked.receiving.pk}:{asked.service}&ask=1",
    }


@require_http_methods(["GET", "POST"])
def arrival_ground(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The ground of child protection for the children of the choice that have no basis yet, in one act."""
    choice = Choice(request, arrival_or_404(request, pk))
    staffed = {}
    if choice.need.is_valid():
        staffed = {str(each.organisation.pk): each for each in choice.candidates() if each.staffed}
    receiving = staffed.get(request.GET.get("to", ""))
    if receiving is None:
        return _ask_who(choice)
    asked = choice.asked(receiving.organisation)
    checked = group_sending.readiness(choice.chosen, asked, now())
    children = [each.member for each in checked if each.child_ground]
    form = GroupGroundForm(posted(request), children={m.number: in_codes(m) for m in children})

    def act(cleaned: dict[str, Any]) -> str:
        if children:
            group_sending.record_grounds(
                children, by=request.actor, at=now(), asked=asked, answers=form.answers()
            )
        messages.success(
            request, _("The ground is recorded for %(persons)s.") % {"persons": persons(len(children))}
        )
        return reverse("arrival_refer", args=[pk])

    if perform(request, form, act):
        # With the choice, which stands in this page's own address and is too long to be kept with the form's key.
        return redirect(choice.url("arrival_refer"))
    return render(
        request,
        "referral/group/ground.html",
        {
            "form": form,
            "title": _("Protection of a child, for %(persons)s") % {"persons": persons(len(children))},
            "text": _(
                "Each child has a row of its own in its file, and a second person countersigns it within 24 hours."
            ),
            "rows": [(_("To"), asked.receiving.name), (_("Slips"), slip_words(m.number for m in children))],
            "submit": _("Record the ground"),
            "cancel_url": choice.url("arrival_refer"),
        },
    )
