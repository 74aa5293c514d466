"""What is told to the person whom a file is about, on one sheet; and what was changed in the file, before and after."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from partners.actor import Actor
from partners.enums import CodeList
from partners.models import Organisation, User
from partners.queries import code_label
from partners.templatetags.interface import day, moment
from referral import policy
from referral.disclosure import FIELDS, is_child
from referral.enums import CaseAct, Group
from referral.forms.rights import ChangesForm
from referral.models import Case, CustodyTitle, LegalGround, Person, Referral, RightsRequest
from referral.policy import Tie
from referral.queries import files
from referral.queries.retention import kept_until
from referral.queries.rights import holds_on, requests_of
from referral.rights import RequestKind
from referral.services import rights
from referral.services.steps import NotVisible
from referral.views import addressed, story, told, words
from referral.views.door import ActingRequest, case_or_404

Row = tuple[str, Any]

#: What is held and not told, and why: the person is told that it is there.
LEFT_OUT: tuple[str | Promise, ...] = (
    gettext_lazy("The names of the people who work with the file: only their organisations are told."),
    gettext_lazy(
        "What belongs to other people: witnesses, trusted persons, interpreters, who was on the telephone."
    ),
    gettext_lazy(
        "Reasons that somebody wrote for colleagues, where reading them could put somebody in danger."
    ),
    gettext_lazy("Messages between organisations, and notes about tasks."),
    gettext_lazy("Who is suspected, and where nobody is to be sent because of it."),
    gettext_lazy(
        "Of a register: what other people said or wrote for colleagues. Ask for it: somebody reads it through first."
    ),
    gettext_lazy("What a receiving organisation keeps of its own service: that is asked of it, there."),
    gettext_lazy("Why a court or an inquiry needs the file, and what is written on a neutral card."),
)


def box(actor: Actor, case: Case, tie: Tie) -> dict[str, Any]:
    """What the page of a file says of the rights of the person."""
    wanted = (
        (CaseAct.RECORD_REQUEST, "case_rights"),
        (CaseAct.HOLD, "case_hold"),
        (CaseAct.RECORD_ORDER, "case_orders"),
        (CaseAct.ASK_ERASURE, "case_erasure"),
    )
    links = [
        {"url": reverse(name, args=[case.pk]), "label": act.label}
        for act, name in wanted
        if policy.may_case(actor, act, tie)
    ]
    links.insert(1, {"url": reverse("case_changes", args=[case.pk]), "label": _("What was changed")})
    return {"hold": next(iter(holds_on(case)), None), "kept_until": kept_until(case), "links": links}


@require_POST
def request_report(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Everything that is held about the person, in plain words, on this answer only; every part of it is a look."""
    asked = rights.read_request(request.actor, pk)
    if asked.kind != RequestKind.ACCESS:
        raise NotVisible
    case, held = asked.case, rights.read_for_the_person(request.actor, asked)
    said = addressed.sheet(child=is_child(case.person.age_status))
    return render(
        request,
        "referral/case/report.html",
        {
            "said": said,
            "asked": said["asked"] % {"day": day(asked.received_at), "organisation": case.organisation},
            "about": _about(case),
            "known": _known(held.values),
            "beside": told.beside(case, case.person, held),
            "agreed": [_agreed(talk) for talk in files.conversations_of(case)],
            "grounds": [_ground(ground) for ground in files.grounds_of(case)],
            "titles": [_title(title, held.papers[title.pk]) for title in case.titles.select_related("court")],
            "referrals": [_told(referral, said) for referral in files.referrals_of(case)],
            "looks": [_looked(look) for look in held.looks],
            "requests": [_asked(each) for each in requests_of(case)],
            "left_out": LEFT_OUT,
            "back_url": reverse("request", args=[pk]),
        },
    )


def _about(case: Case) -> list[Row]:
    until = kept_until(case)
    return [
        (_("Opened"), day(case.opened_at)),
        (_("State"), str(case.get_state_display())),
        (_("Region"), case.region.name),
        (_("Age"), words.age(case.person)),
        (_("Sex"), str(case.person.get_sex_display())),
        (_("Danger"), str(case.get_urgency_display())),
        (_("Risk"), str(case.get_risk_display())),
        (_("Kept until"), day(until) if until else _("The file is open: the time begins with its closure.")),
        *(
            (
                _("Legal hold"),
                _("%(organisation)s, since %(day)s: nothing is erased while it stands.")
                % {"organisation": hold.organisation.name, "day": day(hold.set_at)},
            )
            for hold in holds_on(case)
        ),
    ]


def _known(values: Mapping[str, Any]) -> list[tuple[str, list[Row]]]:
    """By group, as they are asked; what was never given is said as well."""
    groups = [
        (str(Group(group).label), [_row(name, values) for name in names]) for group, names in FIELDS.items()
    ]
    return [*groups, (_("What a place depends on"), [_row("flags", values)])]


def _row(name: str, values: Mapping[str, Any]) -> Row:
    return words.field_label(name), words.worded(name, values[name])


def _agreed(talk: files.Conversation) -> Row:
    """What was agreed to and what was refused, by recipient, and how it was said."""
    if talk.withdrawn:
        taken = {"who": words.listed(talk.recipients), "what": _("Taken back")}
        return day(talk.at), _("%(who)s: %(what)s") % taken
    lines = []
    for who, (yes, no) in talk.answers.items():
        if yes:
            lines.append(_("%(who)s, agreed: %(groups)s") % {"who": who, "groups": words.group_words(yes)})
        if no:
            lines.append(_("%(who)s, refused: %(groups)s") % {"who": who, "groups": words.group_words(no)})
    return day(talk.at), "\n".join([*lines, code_label(CodeList.CONSENT_METHOD, talk.method)])


def _ground(ground: LegalGround) -> Row:
    shared = f"{ground.recipient}, {words.group_words(ground.groups)}"
    said = {"ground": ground.get_code_display(), "shared": shared}
    return day(ground.recorded_at), _("%(ground)s: %(shared)s") % said


def _title(title: CustodyTitle, paper: tuple[str | None, str | None]) -> Row:
    number, name = paper
    court = title.court.name if title.court else ""
    dates = [
        words.day_of(title.issued_on) if title.issued_on else "",
        moment(title.ends_at) if title.ends_at else "",
    ]
    return str(title.get_state_display()), "\n".join(
        filter(None, [court, number, name, " – ".join(filter(None, dates))])
    )


def _told(referral: Referral, said: Mapping[str, str]) -> dict[str, Any]:
    """Who received what, and when: before an acceptance nobody is told who the person is."""
    versions = [
        _("%(day)s: %(what)s") % {"day": day(each.sealed_at), "what": words.group_words(each.groups)}
        for each in referral.snapshots.order_by("number")
    ]
    return {
        "who": referral.receiving_organisation.name,
        "service": code_label(CodeList.SERVICE, referral.service),
        "state": str(referral.get_state_display()),
        "sent": said["nameless"] % {"day": day(referral.sent_at)} if referral.sent_at else "",
        "shared": versions if referral.accepted_at else [],
        "ended": day(referral.ended_at) if referral.ended_at else "",
    }


def _looked(look: rights.Looked) -> Row:
    times = ngettext("once, on %(first)s", "%(count)d times, from %(first)s to %(last)s", look.times)
    said = times % {"count": look.times, "first": day(look.first), "last": day(look.last)}
    return look.organisation.name if look.organisation else _("the system"), said


def _asked(asked: RightsRequest) -> Row:
    answered = day(asked.answered_at) if asked.answered_at else _("not yet")
    said = _("received on %(day)s, answered: %(answered)s")
    return str(asked.get_kind_display()), said % {"day": day(asked.received_at), "answered": answered}


# --- What was changed --------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def case_changes(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Who changed which part of the file, and when; what stood there is shown on the answer to a reason alone."""
    case = case_or_404(request, pk)
    form = ChangesForm(request.POST or None)
    opened = form.is_bound and form.is_valid()
    reason = form.cleaned_data["reason"] if opened else ""
    found = rights.corrections_of(request.actor, case, opened=opened, reason=reason)
    return render(
        request,
        "referral/case/changes.html",
        {
            "title": _("What was changed"),
            "caption": words.case_title(case),
            "form": form,
            "opened": opened,
            "entries": _entries(request.actor, found),
            "back_url": reverse("case", args=[pk]),
        },
    )


def _entries(actor: Actor, found: Sequence[rights.Correction]) -> list[dict[str, Any]]:
    people = User.objects.in_bulk([each.event.actor_id for each in found if each.event.actor_id])
    houses = Organisation.objects.in_bulk(
        [each.event.organisation_id for each in found if each.event.organisation_id]
    )
    return [
        {
            "at": each.event.at,
            "who": story.by(
                actor,
                people.get(each.event.actor_id) if each.event.actor_id else None,
                houses.get(each.event.organisation_id) if each.event.organisation_id else None,
            ),
            "fields": [
                {
                    "label": words.field_label(name),
                    "before": _said(name, each.before),
                    "after": _said(name, each.after),
                }
                for name in each.fields
            ],
        }
        for each in found
    ]


def _said(name: str, values: Mapping[str, Any]) -> str:
    """The value of a column in words; of a coded one, its word."""
    if name not in values:
        return ""
    coded = dict(Person._meta.get_field(name).choices or ())  # type: ignore[union-attr]
    return str(coded.get(values[name]) or words.worded(name, values[name]))
