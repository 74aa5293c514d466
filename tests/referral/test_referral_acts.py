"""Every act of the matrix through its page: it works once, and only for whom, when and on what it should."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from referral.enums import Action
from referral.models import Notice, Referral, ReferralGrant
from referral.policy import MATRIX
from referral.services import care, receiving
from referral.views.acts import PAGES
from tests import cast as c
from tests.referral.pages import act_url, bare, press, sign_in, values_of
from tests.referral.test_referral_receiving import fill

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def drafted(cast: c.Cast) -> Referral:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    return c.drafted(cast, case)


def acknowledged(cast: c.Cast) -> Referral:
    referral = c.sent(cast)
    with c.acting(cast.codou) as actor:
        return receiving.acknowledge(referral.pk, by=actor, at=clock.now(), version=referral.version)


def asked(cast: c.Cast) -> Referral:
    referral = acknowledged(cast)
    with c.acting(cast.codou) as actor:
        return receiving.request_info(
            referral.pk, by=actor, at=clock.now(), version=referral.version, codes=["LANGUAGE", "ARRIVAL"]
        )


def acknowledged_in_a_full_house(cast: c.Cast) -> Referral:
    referral = acknowledged(cast)
    fill(cast.girls)
    return referral


def overdue(cast: c.Cast) -> Referral:
    return c.accepted(cast, expected_arrival_at=clock.now())


def absent(cast: c.Cast) -> Referral:
    referral = overdue(cast)
    with c.acting(cast.codou) as actor:
        at = clock.now()
        return care.record_no_show(
            referral.pk,
            by=actor,
            at=at,
            version=referral.version,
            occurred_at=at,
            reason_code="UNKNOWN",
            called=True,
        )


@dataclass(frozen=True)
class Case:
    """One act: from where, by whom, with what; and somebody who may see the referral but not do this."""

    make: Callable[[c.Cast], Referral]
    by: str
    target: str
    typed: dict[str, Any] = field(default_factory=dict)
    wrong: str = "aissatou"
    #: A state from which the act is not legal, in which its doer still sees the referral.
    elsewhere: Callable[[c.Cast], Referral] | None = c.started
    told: tuple[str, ...] = ("aissatou",)
    versioned: bool = True
    moves: bool = True


OTHERWISE = {"identified_otherwise": "L'escorte est connue"}
ACTS: dict[str, Case] = {
    Action.SEND: Case(drafted, "aissatou", "sent", wrong="bineta", told=("codou",), elsewhere=c.sent),
    Action.ACKNOWLEDGE: Case(c.sent, "codou", "acknowledged"),
    Action.REQUEST_INFO: Case(acknowledged, "codou", "info_requested", {"codes": ["AGE"]}, elsewhere=asked),
    Action.ANSWER: Case(
        asked,
        "aissatou",
        "acknowledged",
        {"answer_LANGUAGE": "LANGUAGE_ESCORT", "answer_ARRIVAL": "NOT_KNOWN"},
        wrong="codou",
        told=("codou",),
        elsewhere=acknowledged,
    ),
    Action.ACCEPT: Case(acknowledged, "codou", "accepted", {"conflict": "no"}),
    Action.DECLINE: Case(acknowledged, "codou", "declined", {"reason_code": "NO_CAPACITY"}),
    Action.PUT_ON_LIST: Case(acknowledged_in_a_full_house, "codou", "acknowledged"),
    Action.STEP_BACK: Case(c.accepted, "codou", "declined", {"conflict": True}),
    Action.START: Case(c.accepted, "daouda", "in_service", OTHERWISE, elsewhere=c.started),
    Action.NO_SHOW: Case(overdue, "daouda", "no_show", {"reason_code": "UNKNOWN", "called": "yes"}),
    Action.RESUME: Case(absent, "codou", "in_service", OTHERWISE),
    Action.REVIEW: Case(c.started, "daouda", "in_service", told=(), elsewhere=c.accepted),
    Action.COMPLETE: Case(
        c.started, "daouda", "completed", {"reason_code": "NEED_MET", "left": "yes"}, elsewhere=c.accepted
    ),
    Action.WITHDRAW: Case(
        c.sent,
        "aissatou",
        "withdrawn",
        {"reason_code": "RISK"},
        wrong="codou",
        told=("codou",),
        elsewhere=c.declined,
        versioned=False,
    ),
    Action.REDIRECT: Case(
        c.declined, "aissatou", "declined", wrong="bineta", told=(), elsewhere=c.started, versioned=False
    ),
    Action.PROPOSE_ONWARD: Case(
        c.started, "daouda", "in_service", {"service": "MHPSS"}, elsewhere=c.accepted
    ),
    Action.RECORD_TELEPHONE_ANSWER: Case(
        c.sent,
        "aissatou",
        "sent",
        {"yes": "yes", "said_by": "Mme Sarr"},
        wrong="codou",
        told=("codou",),
    ),
    Action.WRITE: Case(
        c.sent,
        "codou",
        "sent",
        {"said": "call_me:"},
        wrong="bineta",
        versioned=False,
        moves=False,
        elsewhere=None,
    ),
}
EVERY = pytest.mark.parametrize("action", list(ACTS))


def typed(cast: c.Cast, action: str) -> dict[str, Any]:
    if action == Action.REDIRECT:
        return {"organisation": str(cast.other_centre.pk)}
    return ACTS[action].typed


def test_every_act_but_the_systems_has_its_page() -> None:
    assert set(PAGES) == set(MATRIX) - {Action.EXPIRE} == set(ACTS)


@EVERY
def test_it_happens_once_with_its_history_event_grant_and_notice(cast: c.Cast, action: str) -> None:
    case = ACTS[action]
    referral = case.make(cast)
    Notice.objects.all().delete()
    client = sign_in(cast.people[case.by])
    form = values_of(client.get(act_url(referral, action)).context["form"]) | typed(cast, action)
    answer = client.post(act_url(referral, action), form)
    assert answer.status_code == 302
    again = client.post(act_url(referral, action), form)
    assert again.status_code in (302, 404)  # after a no the row is gone for the desk, also for its own echo
    now = Referral.objects.get(pk=referral.pk)
    assert now.state == case.target
    assert now.version == referral.version + (1 if case.moves else 0)
    assert now.history.count() == now.version
    assert Event.objects.filter(referral_id=referral.pk, verb=f"transition.{action}").count() == case.moves
    assert referral.transitions.filter(action=action).count() == case.moves
    copies = ReferralGrant.objects.filter(content_object=now).values_list("state", "due_at")
    assert {*copies} <= {(now.state, now.due_at)}
    about = Notice.objects.filter(object_id=referral.pk)
    assert sorted(about.values_list("user__name", flat=True)) == sorted(
        name.capitalize() for name in case.told
    )


@EVERY
def test_a_stranger_finds_nothing(cast: c.Cast, action: str) -> None:
    referral = ACTS[action].make(cast)
    client = sign_in(cast.ousmane)
    here, nowhere = act_url(referral, action), reverse("referral_act", args=[uuid.uuid4(), action])
    for method in (client.get, client.post):
        found, absent_one = method(here), method(nowhere)
        assert found.status_code == absent_one.status_code == 404
        assert bare(found, referral.pk) == bare(absent_one, nowhere.split("/")[2])
    assert Referral.objects.get(pk=referral.pk).version == referral.version


@EVERY
def test_the_wrong_person_is_refused_and_it_is_written_down(cast: c.Cast, action: str) -> None:
    case = ACTS[action]
    referral = case.make(cast)
    client = sign_in(cast.people[case.wrong])
    assert client.get(act_url(referral, action)).status_code == 403
    answer = client.post(
        act_url(referral, action),
        {"key": str(uuid.uuid4()), "version": referral.version, **typed(cast, action)},
    )
    assert answer.status_code == 403
    assert Referral.objects.get(pk=referral.pk).version == referral.version
    denied = Event.objects.using("audit").filter(
        verb="denied", referral_id=referral.pk, actor_id=cast.people[case.wrong].pk
    )
    assert [event.reason_code for event in denied] == [f"NOT_ALLOWED_{action.upper()}"] * 2


@pytest.mark.parametrize("action", [action for action, case in ACTS.items() if case.elsewhere])
def test_in_another_state_nothing_changes(cast: c.Cast, action: str) -> None:
    case = ACTS[action]
    assert case.elsewhere is not None
    referral = case.elsewhere(cast)
    client = sign_in(cast.people[case.by])
    page = client.get(act_url(referral, action))
    assert page.status_code == 200
    assert page.context["unmet"]
    form = {"key": str(uuid.uuid4()), "version": referral.version, **typed(cast, action)}
    answer = client.post(act_url(referral, action), form | defaults(page))
    assert answer.status_code == 200
    now = Referral.objects.get(pk=referral.pk)
    assert (now.state, now.version) == (referral.state, referral.version)


def defaults(page: Any) -> dict[str, Any]:
    form = page.context.get("form")
    return {k: v for k, v in values_of(form).items() if k not in ("key", "version")} if form else {}


@pytest.mark.parametrize("action", [action for action, case in ACTS.items() if case.versioned])
def test_a_stale_form_is_shown_again_with_what_was_typed(cast: c.Cast, action: str) -> None:
    case = ACTS[action]
    referral = case.make(cast)
    client = sign_in(cast.people[case.by])
    answer = press(client, act_url(referral, action), **typed(cast, action), version=referral.version - 1)
    assert answer.status_code == 200
    assert answer.context["form"].stale
    assert Referral.objects.get(pk=referral.pk).version == referral.version
    for name, value in typed(cast, action).items():
        assert answer.context["form"][name].value() == value
    again = client.post(act_url(referral, action), values_of(answer.context["form"]))
    assert again.status_code == 302, "the form now carries the version that is"


@EVERY
def test_only_what_is_typed_is_asked_for(cast: c.Cast, action: str) -> None:
    """A form without any field is refused in words."""
    case = ACTS[action]
    referral = case.make(cast)
    answer = sign_in(cast.people[case.by]).post(act_url(referral, action), {})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Referral.objects.get(pk=referral.pk).version == referral.version


def test_the_system_alone_expires(cast: c.Cast) -> None:
    referral = c.sent(cast)
    assert sign_in(cast.codou).get(act_url(referral, "expire")).status_code == 404
    assert sign_in(cast.codou).get(act_url(referral, "perhaps")).status_code == 404
