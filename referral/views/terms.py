"""How long deadlines are, set by national coordination: what counts where, and who changed it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from partners.alphabet import Alphabetical
from partners.models import Region
from partners.views.changes import Change, changes
from referral.deadlines import BUILT_IN, BY_URGENCY, FOLLOW_UPS, REASSESS
from referral.enums import Clock, Urgency
from referral.forms.terms import AddTermForm, ChangeTermForm, RemoveForm
from referral.models import Term
from referral.queries.terms import all_terms, concerned, past_of_clock, term_of, without, without_holidays
from referral.services import terms as services
from referral.services.steps import NotVisible
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from referral.views.fixed import fixed
from referral.views.lengths import length

#: What begins and ends it, and whose value it is: that of the organisation that must act.
MEANS: dict[Clock, str | Promise] = {
    Clock.ACKNOWLEDGE: gettext_lazy("From the sending until the receiving desk says that it has read it."),
    Clock.DECIDE: gettext_lazy("From the acknowledgement until the receiving desk says yes or no."),
    Clock.ANSWER: gettext_lazy(
        "From the question until the sender answers; the desk's own time stands still."
    ),
    Clock.DRAFT: gettext_lazy("From the first line of a referral; then the draft is thrown away."),
    Clock.ARRIVAL_GRACE: gettext_lazy("From the expected arrival until the receiver says what happened."),
    Clock.CALL_BACK: gettext_lazy("From the non-arrival until the sender has asked where the person is."),
    Clock.REVIEW: gettext_lazy(
        "From the arrival, or the last review, until the receiver reviews the service."
    ),
    Clock.TELEPHONE_HOLD: gettext_lazy("So long a place is kept on a yes by telephone."),
    Clock.PLACE_CALL: gettext_lazy("From the place call until it ends, if no centre has offered a place."),
    Clock.OFFER_HELD: gettext_lazy(
        "So long a place that a centre offers waits for the sender, and then again for the sending."
    ),
    Clock.EXTRACT: gettext_lazy(
        "So long a centre that lodges the person reads the safety extract after an end."
    ),
    Clock.COUNTERSIGN: gettext_lazy("From the legal ground until a second person has decided on it."),
    Clock.AGE_DECISION: gettext_lazy("From the opening of the file until a second person decides the age."),
    Clock.PLAN: gettext_lazy(
        "From the request until a second person decides on a plan, an end or a transfer."
    ),
    Clock.TRANSFER: gettext_lazy("From the proposal of a transfer until the other organisation answers."),
    Clock.OBJECTION: gettext_lazy("From a child's or guardian's objection until a supervisor decides."),
    Clock.CONSENT: gettext_lazy("So long a consent counts; then the person is asked again."),
    Clock.TITLE_MISSING: gettext_lazy(
        "From the placement of a child, or the entry of a title, until it stands."
    ),
    Clock.REQUISITION: gettext_lazy("So long a requisition holds a child; then a judge’s title is needed."),
    Clock.STAY: gettext_lazy(
        "From the arrival; the alarms come thirty, fifteen and five days before the end. Counts at once."
    ),
    Clock.REFLECTION: gettext_lazy("What an adult takes before deciding. Recommended, not Senegal’s law."),
    **dict.fromkeys(
        REASSESS.values(),
        gettext_lazy("From the last assessment. An arrival or a non-arrival asks at once. Counts at once."),
    ),
    Clock.GROUND_REVIEW: gettext_lazy("From the countersignature, or the last review."),
    **dict.fromkeys(
        FOLLOW_UPS, gettext_lazy("From the end of the service; the task comes a week before. Counts at once.")
    ),
    Clock.RIGHTS: gettext_lazy(
        "From the request of a person about her or his data until the answer (to be confirmed with the CDP)."
    ),
    Clock.INCIDENT: gettext_lazy(
        "From noticing an incident until the authority is told. A proposal: the law of 2008 sets no time."
    ),
    Clock.COMPLAINT: gettext_lazy("From a complaint until the complainant has an answer. A proposal."),
    **dict.fromkeys(
        (Clock.LATE_ARRIVAL, Clock.LATE_CHILD),
        gettext_lazy(
            "From the expected arrival of a trip until sender and centre are alarmed. Counts at once."
        ),
    ),
}


@require_GET
def term_list(request: ActingRequest) -> HttpResponse:
    services.require_coordination(request.actor)
    terms = list(all_terms())
    groups = [
        {"clock": clock, "means": MEANS[clock], "values": _values(clock, terms, link=False)}
        for clock in Clock
    ]
    shown = {"groups": groups, "fixed": fixed(), "unknown_years": without_holidays(now())}
    return render(request, "referral/deadlines.html", shown)


@require_GET
def clock_page(request: ActingRequest, clock: str) -> HttpResponse:
    services.require_coordination(request.actor)
    known, terms = _known(clock), list(all_terms())
    return render(
        request,
        "referral/deadline.html",
        {
            "clock": known,
            "means": MEANS[known],
            "values": _values(known, terms, link=True),
            "changes": _history(known),
            "back_url": reverse("terms"),
        },
    )


@require_http_methods(["GET", "POST"])
def term_add(request: ActingRequest, clock: str) -> HttpResponse:
    services.require_coordination(request.actor)
    known = _known(clock)
    form = AddTermForm(
        posted(request),
        clock=known,
        regions=list(Region.objects.order_by(Alphabetical("name"))),
        organisations=list(concerned(known)),
    )

    def act(cleaned: dict[str, Any]) -> str:
        term = services.add_term(by=request.actor, clock=known, scope=form.scope(), span=cleaned["span"])
        messages.success(request, _sentence(term))
        return reverse("clock", args=[known])

    return perform(request, form, act) or _ask(
        request, form, title=_("Set another time"), clock=known, submit=_("Set this time")
    )


@require_http_methods(["GET", "POST"])
def term_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    term = _term(pk)
    form = ChangeTermForm(posted(request), term=term)

    def act(cleaned: dict[str, Any]) -> str:
        services.change_term(pk, by=request.actor, version=cleaned["version"], span=cleaned["span"])
        messages.success(request, _sentence(_term(pk)))
        return reverse("clock", args=[term.clock])

    answer = perform(request, form, act)
    form.renew(term.version)
    return answer or _ask(
        request,
        form,
        title=place(term),
        clock=Clock(term.clock),
        submit=_("Save"),
        text=_sentence(term),
        skip_url=reverse("term_remove", args=[pk]),
        skip=_("Remove this value"),
    )


@require_http_methods(["GET", "POST"])
def term_remove(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    term = _term(pk)
    form = RemoveForm(posted(request), version=term.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.remove_term(pk, by=request.actor, version=cleaned["version"])
        messages.success(request, _("Removed. Deadlines that run already stay as they are."))
        return reverse("clock", args=[term.clock])

    answer = perform(request, form, act)
    form.renew(term.version)
    return answer or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Remove this value?"),
            "rows": [
                (_("Deadline"), term.get_clock_display()),
                (_("For whom"), place(term)),
                (_("Now"), length(term.span)),
                (_("From now on"), length(without(term, all_terms()))),
            ],
            "undo": _("Deadlines that run already stay as they are."),
            "submit": _("Remove"),
            "cancel_url": reverse("clock", args=[term.clock]),
        },
    )


def _ask(request: ActingRequest, form: Any, *, clock: Clock, **context: Any) -> HttpResponse:
    return render(
        request,
        "components/question.html",
        {"text": MEANS[clock]}
        | context
        | {"form": form, "caption": clock.label, "back_url": reverse("clock", args=[clock])},
    )


def _known(clock: str) -> Clock:
    if clock not in Clock:
        raise NotVisible
    return Clock(clock)


def _term(pk: UUID) -> Term:
    term = term_of(pk)
    if term is None:
        raise NotVisible
    return term


def place(term: Term) -> str:
    """For whom a value counts: "Maison Teranga, urgent"."""
    where = term.organisation or (
        _("%(region)s region") % {"region": term.region} if term.region else _("Everywhere")
    )
    return f"{where}, {term.get_urgency_display()}" if term.urgency else str(where)


def _sentence(term: Term) -> str:
    """What it changes."""
    return _(
        "%(place)s: %(now)s instead of %(otherwise)s, for deadlines that begin from now on. "
        "Those that run already stay as they are."
    ) % {"place": place(term), "now": length(term.span), "otherwise": length(without(term, all_terms()))}


def _values(clock: Clock, terms: Sequence[Term], *, link: bool) -> list[dict[str, str]]:
    """What counts, from the widest to the narrowest; a built-in value that is replaced everywhere is not shown."""
    ours = [term for term in terms if term.clock == clock]
    everywhere = [term for term in ours if term.region_id is None and term.organisation_id is None]
    replaced = {term.urgency for term in everywhere}
    shown = []
    for urgency in BY_URGENCY.get(clock, [""]):
        if not {urgency, ""} & replaced:
            words = f"{_('Everywhere')}, {Urgency(urgency).label}" if urgency else _("Everywhere")
            value = _("%(length)s (as it comes)") % {"length": length(BUILT_IN[clock, urgency])}
            shown.append({"key": words, "value": value, "url": ""})
    regional = [term for term in ours if term.region_id is not None]
    of_organisations = [term for term in ours if term.organisation_id is not None]
    for term in [*everywhere, *regional, *of_organisations]:
        value = _("%(now)s instead of %(otherwise)s") % {
            "now": length(term.span),
            "otherwise": length(without(term, ours)),
        }
        url = reverse("term_edit", args=[term.pk]) if link else ""
        shown.append({"key": place(term), "value": value, "url": url})
    return shown


def _history(clock: Clock) -> list[Change]:
    return changes(past_of_clock(clock), what=place, words=lambda term: length(term.span))
