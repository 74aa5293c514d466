"""How a file is shown: its codes, its masked parts, what comes next. Only words and addresses; nothing decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Event
from partners.actor import Actor
from partners.enums import Role
from partners.models import Organisation, User
from partners.queries import code_label
from partners.templatetags.interface import day, moment
from referral import lifecycle, policy
from referral.disclosure import is_child
from referral.enums import CaseAct, CaseAction, GroundCode, Group, RevealReason, TaskKind
from referral.forms.file import MASKED
from referral.models import Case, CustodyTitle, LegalGround, Person, Referral, Slip, Transition
from referral.policy import Tie
from referral.queries import files
from referral.queries.attachments import attachments_of
from referral.queries.exchange import row_behind
from referral.queries.in_hand import hand_of
from referral.readings import GlassReason, ReadingWhy
from referral.references import spoken
from referral.services import reading
from referral.views import attachments, consented, own_data, pairs, screened, story, tasks_shown, way, words
from referral.views.course_shown import course_of


def row(case: Case) -> dict[str, Any]:
    """One line of the list: codes only."""
    person = case.person
    return {
        "url": reverse("case", args=[case.pk]),
        "reference": spoken(case.reference),
        "note": _("Case owner: %(name)s") % {"name": case.owner.name}
        if case.owner
        else _("a report that nobody has taken in"),
        "what": f"{person.get_age_band_display()}, {str(person.get_sex_display()).lower()}",
        "urgency": case.urgency,
        "urgency_label": case.get_urgency_display(),
        "who": case.region.name,
        "state": case.state,
        "label": case.get_state_display(),
        "when": day(case.opened_at),
    }


def codes(case: Case) -> list[tuple[str, str]]:
    """What identifies nobody by itself."""
    person = case.person
    return [
        (_("Age"), words.age(person)),
        (_("Sex"), person.get_sex_display()),
        (_("Region"), case.region.name),
        (_("Languages"), words.languages(person.languages)),
        (_("Interpreter needed"), words.yes_no(person.interpreter_needed)),
        (_("Children with the person"), words.children(person.children)),
        (_("What a place depends on"), words.flags(person.flags) or _("Nothing noted")),
        (_("Needed first"), words.services(person.first_needs)),
        *([(_("Does not wish to speak about"), words.topics(person.declined))] if person.declined else []),
    ]


def masked(person: Person, opened: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The masked parts; of one that was opened, its values."""
    return [
        {
            "name": Group(group).label,
            "opened": all(name in opened for name in names),
            "rows": [
                (words.field_label(name), words.worded(name, opened[name]))
                for name in names
                if name in opened
            ],
        }
        for group, names in MASKED.items()
    ] + [screened.masked(person, opened)]


def page(actor: Actor, case: Case, tie: Tie, at: datetime, opened: Mapping[str, Any]) -> dict[str, Any]:
    """Everything on the page of a file."""
    consents, grounds = files.consent_lines(case, at), files.grounds_of(case)
    basis = any(line.given and not line.expired and not line.assent for line in consents) or any(
        _stands(ground, at) for ground in grounds
    )
    agreed = any(line.given and not line.expired for line in consents)
    choices = files.case_choices(actor, case, tie, at, basis=basis, agreed=agreed)
    referrals = files.referrals_of(case)
    child, closed = is_child(case.person.age_status), lifecycle.unmet_on_closed(case)
    moves, papers = files.timeline_of(case), attachments_of(case)
    receivers = {str(ground.pk): ground.recipient.name for ground in grounds}
    talks, imported = consented.of_case(case), row_behind(case)
    heard = agreed or bool(talks["rows"])
    return {
        "title": words.case_title(case),
        "codes": codes(case),
        "masked": masked(case.person, opened),
        "opened": bool(opened),
        "actions": way.grouped(case, choices),
        "closed": closed,
        "steps": []
        if closed
        else way.steps(
            case,
            choices,
            child=child,
            consented=heard if child else agreed,
            declined="" if child or agreed else consented.declined(talks["rows"], consents),
            grounds=grounds,
            referrals=referrals,
        ),
        # The first step stands among what comes next.
        "tasks": [
            tasks_shown.line(actor, task, about=receivers.get((task.proposal or {}).get("ground", ""), ""))
            for task in files.open_tasks_of(case)
            if task.kind != TaskKind.FIRST_STEP
        ],
        "consents": [consent(line) for line in consents],
        "grounds": [ground_row(actor, ground, at) for ground in grounds],
        "course": course_of(actor, case, imported),
        "custody": _custody(files.title_of(case)) if child else None,
        "child": child,
        "reflection_until": case.reflection_until,
        "referrals": [referral_row(referral) for referral in referrals],
        "opening": opening(case, moves),
        "hand": hand_of(case, at),
        "timeline": story.entries(actor, case, moves, files.conversations_of(case), grounds, papers),
        "attachments": [attachments.row(actor, paper) for paper in papers if paper.removed_at is None],
        "looks": looks(actor, reading.latest_looks(case)),
        "talks": talks,
        "guardians": [consented.short(each) for each in case.guardians.all()] if child else [],
        "pairs": pairs.of_case(actor, case.pk),
        "imported": imported is not None,
        "slip": Slip.objects.filter(case=case).select_related("arrival").first(),
        "data": own_data.box(actor, case, tie),
        "may_reveal": policy.may_case(actor, CaseAct.REVEAL, tie),
    }


def opening(case: Case, moves: Sequence[Transition]) -> str:
    """When it was opened; on paper maybe, and written up on another day."""
    screened = [move for move in moves if move.action == CaseAction.SCREEN]
    if case.reported_by_id is not None or not screened:
        return _("Opened on %(day)s.") % {"day": day(case.opened_at)}
    opened, written = day(screened[-1].occurred_at), day(case.opened_at)
    if opened == written:
        return _("Opened on %(day)s.") % {"day": opened}
    return _("Opened on %(day)s, on paper; written up on %(written)s.") % {"day": opened, "written": written}


def _stands(ground: LegalGround, at: datetime) -> bool:
    return ground.valid_from is not None and ground.valid_from <= at and ground.refused_at is None


def consent(line: files.ConsentLine) -> dict[str, Any]:
    return {
        "who": words.organisation_words(line.recipient, line.purpose),
        "yes": words.group_words(line.given),
        "no": words.group_words(line.refused),
        "until": line.until,
        "expired": line.expired,
        "assent": line.assent,
    }


def ground_row(actor: Actor, ground: LegalGround, at: datetime) -> dict[str, Any]:
    if ground.refused_at:
        state, label = "refused", _("Refused")
    elif ground.approved_at:
        state, label = "given", _("Countersigned")
    else:
        state, label = "unknown", _("Waits for a countersignature")
    return {
        "name": GroundCode(ground.code).label,
        "who": words.organisation_words(ground.recipient, ground.purpose),
        "groups": words.group_words(ground.groups),
        "state": state,
        "label": label,
        "stands": _stands(ground, at),
        "url": reverse("ground_decide", args=[ground.pk]) if actor.has(Role.SUPERVISOR) else "",
        "at": ground.recorded_at,
        "due": None if ground.approved_at or ground.refused_at else ground.review_due,
    }


def _custody(title: CustodyTitle | None) -> dict[str, Any]:
    if title is None:
        return {"state": "none", "label": _("None"), "rows": []}
    confirmed = moment(title.confirmed_at) if title.confirmed_at else _("Not confirmed by the registry")
    return {
        "state": title.state,
        "label": title.get_state_display(),
        "rows": [
            (_("Court"), title.court.name if title.court else ""),
            (_("Date of the title"), words.day_of(title.issued_on) if title.issued_on else ""),
            (_("Ends"), moment(title.ends_at) if title.ends_at else ""),
            (_("Registry"), confirmed),
        ],
    }


def referral_row(referral: Referral) -> dict[str, Any]:
    return {
        "url": reverse("referral", args=[referral.pk]),
        "reference": spoken(referral.reference),
        "what": code_label("service", referral.service),
        "who": referral.receiving_organisation.name,
        "state": referral.state,
        "label": referral.get_state_display(),
        "due": referral.due_at,
        "when": day(referral.ended_at) if referral.ended_at else "",
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
    }


def looks(actor: Actor, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Who has looked: people of the own organisation by name, others by their organisation."""
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    organisations = Organisation.objects.in_bulk(
        {event.organisation_id for event in events if event.organisation_id}
    )
    return [look(actor, event, people, organisations) for event in events]


def look(
    actor: Actor, event: Event, people: Mapping[UUID, User], organisations: Mapping[UUID, Organisation]
) -> dict[str, Any]:
    """A line of "who has looked"."""
    user = people.get(event.actor_id) if event.actor_id else None
    organisation = organisations.get(event.organisation_id) if event.organisation_id else None
    return {
        "who": story.by(actor, user, organisation),
        "what": event.label,
        "fields": _seen(event.object_type, event.fields),
        "why": why(event),
        "at": event.at,
    }


def why(event: Event) -> str:
    """For what something was opened, and under which reading for a time; see `policy.Tie.because`."""
    known: Mapping[str, Any] = {
        str(each.value): each.label for codes in (RevealReason, ReadingWhy, GlassReason) for each in codes
    }
    return words.listed([str(known[part]) for part in event.scope.split(":") if part in known])


def _seen(object_type: str, names: list[str]) -> str:
    """What a look was at, and of whom where that is not the person."""
    fields = words.listed([words.field_of(object_type, name) for name in names])
    if fields and object_type == "referral.guardian":
        return _("%(fields)s (of a parent or guardian)") % {"fields": fields}
    return fields
