"""An inbox is never without an active person (A11 of peers.md §5.A): leaving, sending, redirecting, moving."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from partners.models import Membership, Organisation, User
from referral.enums import DESK_EMPTY, State, TaskKind
from referral.lifecycle import NotPossible
from referral.models import Notice, Referral, Task
from referral.queries.arrivals import members_of
from referral.references import spoken
from referral.services import group_sending, sending, transfers
from tests import canary
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import press, sign_in
from tests.referral.story import Story, fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
EMPTY = "Nobody is at the desk of this organisation: telephone it, or choose another."
ALONE = (
    "Nobody else can answer at this desk, and referrals wait there. Give somebody else the role first, "
    "or tick that they go to national coordination."
)
SHUT = "This organisation is suspended, or its agreement has run out: choose another provider."


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


def child() -> dict[str, Any]:
    return {"age_status": "child", "age_band": "9-13", "children": []}


def denied(user: User) -> list[str]:
    events = Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied").order_by("seq")
    return list(events.values_list("reason_code", flat=True))


def empties(*people: User) -> None:
    with c.acting(), c.transaction.atomic():
        for seat in Membership.objects.filter(user__in=people):
            seat.until = clock.now()
            c.write(seat, fields=["until"])


def test_a11_the_only_intake_officer_is_deactivated(story: Story) -> None:
    """Leaving hands what waits to coordination; sending is blocked with a way out; coordination moves what waits."""
    cast = story.cast
    case, other = story.opens_case(**child()), story.opens_case(**child())
    lies_there = story.refers(case, cast.other_centre, "SHELTER_EMERG", told="ousmane")
    story.agrees(other, cast.other_centre, "SHELTER_EMERG")
    draft = story.drafts(other, cast.other_centre, "SHELTER_EMERG")
    assert cast.other_centre.name not in story.reads("ibrahima", "empty_desks")

    leaving = reverse("person-deactivate", args=[cast.ousmane.pk])
    assert spoken(lies_there.reference) in story.reads("mareme", "person-deactivate", cast.ousmane.pk)
    assert story.is_refused("mareme", leaving) == fr(ALONE)
    assert User.objects.get(pk=cast.ousmane.pk).is_active
    story.does("mareme", leaving, told="ibrahima", hand_over="on")

    # Nothing more is sent there, and the page says where else.
    assert story.is_refused("aissatou", story.page_of_act(draft, "send")) == fr(EMPTY)
    assert denied(cast.aissatou) == ["NOT_POSSIBLE_SEND"]
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    query = "?service=SHELTER_EMERG&urgency=urgent"
    found = story.browser("aissatou").get(reverse("case_refer", args=[other.pk]) + query)
    assert [row["name"] for row in found.context["rows"]] == [cast.centre.name]

    # What waits is listed for its sender and for coordination, in codes.
    rows = story.browser("aissatou").get(reverse("referrals")).context["rows"]
    (row,) = [row for row in rows if row["url"] == reverse("referral", args=[lies_there.pk])]
    assert fr("nobody is at this desk any more: telephone, or withdraw and refer elsewhere") in row["note"]
    listed = story.reads("ibrahima", "empty_desks")
    assert spoken(lies_there.reference) in listed
    assert canary.found([*c.SECRETS.values(), case.reference], listed.encode()) == []
    for who in ("bineta", "codou", "aissatou"):
        assert story.status(who, "empty_desks") == 403

    # A telephone answer is one way out, moving it another.
    said_at = timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M")
    answer = story.page_of_act(lies_there, "record_telephone_answer")
    story.does("ibrahima", answer, yes="no", said_by="Le gardien", said_at=said_at)
    story.does("ibrahima", reverse("desk_move", args=[cast.other_centre.pk]), told="aissatou")
    lies_there.refresh_from_db()
    assert (lies_there.state, lies_there.withdraw_reason) == (State.WITHDRAWN, DESK_EMPTY)
    assert Task.objects.get(kind=TaskKind.REDIRECT, done_at=None).owner_id == cast.aissatou.pk
    assert spoken(lies_there.reference) not in story.reads("ibrahima", "empty_desks")
    story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")


def test_the_last_role_of_a_desk_ends_only_with_a_hand_over(cast: c.Cast) -> None:
    empties(cast.elisabeth)
    waiting = c.sent(cast)
    url = reverse("role-end", args=[Membership.objects.get(user=cast.codou).pk])
    admin = sign_in(cast.mareme)
    assert press(admin, url).status_code == 200
    assert Membership.objects.get(user=cast.codou).until is None
    assert press(admin, url, hand_over="on").status_code == 302
    assert Notice.objects.filter(user=cast.ibrahima, object_id=waiting.pk, action_needed=True).exists()


def test_nothing_is_asked_of_who_leaves_while_a_colleague_stays(cast: c.Cast) -> None:
    c.sent(cast)
    page = sign_in(cast.mareme).get(reverse("person-deactivate", args=[cast.codou.pk]))
    assert list(page.context["form"].fields) == ["version"]
    assert press(sign_in(cast.mareme), reverse("person-deactivate", args=[cast.codou.pk])).status_code == 302


def test_a_deputy_keeps_the_desk(cast: c.Cast) -> None:
    """Whoever may answer in the place of the one who left: the inbox is not empty, sending goes on."""
    empties(cast.codou)
    referral = c.sent(cast)
    assert Notice.objects.filter(user=cast.elisabeth, object_id=referral.pk).exists()
    assert sign_in(cast.ibrahima).get(reverse("empty_desks")).context["desks"] == []


def test_a_desk_that_somebody_keeps_again_is_not_emptied(cast: c.Cast) -> None:
    referral = c.sent(cast)
    answer = press(sign_in(cast.ibrahima), reverse("desk_move", args=[cast.centre.pk]))
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Referral.objects.get(pk=referral.pk).state == State.SENT


def test_moving_leaves_whom_the_house_has_accepted_with_the_worker(cast: c.Cast) -> None:
    lodged, waiting = c.started(cast), c.sent(cast, c.open_case(cast))
    empties(cast.codou, cast.elisabeth)
    page = sign_in(cast.ibrahima).get(reverse("empty_desks"))
    [desk] = page.context["desks"]
    assert [row["url"] for row in desk["rows"]] == [reverse("referral", args=[waiting.pk])]
    assert "1" in desk["in_hand"]
    assert press(sign_in(cast.ibrahima), reverse("desk_move", args=[cast.centre.pk])).status_code == 302
    states = Referral.objects.filter(pk__in=[lodged.pk, waiting.pk]).values_list("pk", "state")
    assert dict(states) == {lodged.pk: State.IN_SERVICE, waiting.pk: State.WITHDRAWN}


@pytest.mark.parametrize(("shut", "sentence"), [("empty", EMPTY), ("expired", SHUT)])
def test_no_search_and_no_group_is_sent_where_nobody_answers_or_no_agreement_runs(
    cast: c.Cast, shut: str, sentence: str
) -> None:
    """The service itself refuses, whatever page was left open."""
    parent = c.declined(cast)
    arrival = a.arrived(cast, a.line(1), a.line(2))
    draft = c.drafted(cast, c.open_case(cast), to=cast.other_centre)
    if shut == "empty":
        empties(cast.ousmane)
    else:
        with c.acting(), c.transaction.atomic():
            house = Organisation.objects.get(pk=cast.other_centre.pk)
            house.agreement_until = timezone.localdate(clock.now()) - timedelta(days=1)
            c.write(house, fields=["agreement_until"])
    asked = sending.Asked(cast.other_centre, "SHELTER_EMERG", "urgent")
    with c.acting(cast.aissatou) as actor:
        with pytest.raises(NotPossible) as refused:
            sending.redirect(parent.pk, by=actor, at=clock.now(), asked=asked)
        assert [fr(str(reason)) for reason in refused.value.reasons] == [fr(sentence)]
        with pytest.raises(NotPossible) as refused:
            sending.send_referral(draft.pk, by=actor, at=clock.now(), version=draft.version)
        assert fr(sentence) in [fr(str(reason)) for reason in refused.value.reasons]
        members = members_of(actor, arrival)
        with pytest.raises(NotPossible) as refused:
            group_sending.send_group(
                arrival, members, by=actor, at=clock.now(), asked=asked, everybody=members
            )
        assert any(fr(sentence) in fr(str(reason)) for reason in refused.value.reasons)
    assert not Referral.objects.filter(receiving_organisation=cast.other_centre, state=State.SENT).exists()
    query = "?service=SHELTER_EMERG&urgency=urgent"
    found = sign_in(cast.aissatou).get(reverse("case_refer", args=[draft.case_id]) + query)
    offered = [row["name"] for row in found.context["rows"]]
    assert cast.other_centre.name not in offered


def test_consent_and_transfer_ask_for_no_organisation_whose_agreement_has_run_out(cast: c.Cast) -> None:
    """The list leaves it out, and whoever comes with its address reads why."""
    case, house = c.open_case(cast), cast.centre
    client = sign_in(cast.aissatou)
    pages = {
        reverse("consent", args=[case.pk]): f"?to={house.pk}:SHELTER_EMERG&ask=1",
        reverse("case_transfer", args=[case.pk]): f"?to={house.pk}",
    }
    listed = client.get(reverse("case_transfer", args=[case.pk])).context["takers"]
    assert str(house.pk) in [each["value"] for each in listed]
    with c.acting(), c.transaction.atomic():
        house.refresh_from_db()
        house.agreement_until = timezone.localdate(clock.now()) - timedelta(days=1)
        c.write(house, fields=["agreement_until"])
    listed = client.get(reverse("case_transfer", args=[case.pk])).context["takers"]
    assert str(house.pk) not in [each["value"] for each in listed]
    for address, asked in pages.items():
        page = client.get(address + asked)
        assert page.status_code == 200
        assert fr(SHUT) in page.content.decode(), address
    with c.acting(cast.aissatou) as actor:
        said = {"by": actor, "at": clock.now(), "version": case.version, "reason_code": "MOVED"}
        with pytest.raises(NotPossible) as refused:
            transfers.ask_transfer(case.pk, **said, taker=house, groups=[])
    assert fr(SHUT) in [fr(str(reason)) for reason in refused.value.reasons]
