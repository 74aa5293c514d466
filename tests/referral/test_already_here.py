"""Who came without a referral, and is referred to the same house afterwards: one person, one place."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.models import Places, Site
from referral.models import Placement, Referral, WalkIn
from referral.queries.board import board
from referral.services import walk_ins
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import act, act_url, later, leaked, press, sign_in, values_of
from tests.referral.test_house import come_in, numbers
from tests.referral.test_referral_receiving import fill
from tests.reporting.pages import report, tables_of
from tests.reporting.pages import row as row_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def stay_of(referral: Referral) -> Placement:
    return Placement.objects.get(referral=referral, state__in=["held", "occupied"])


def walked_in(cast: c.Cast) -> WalkIn:
    come_in(cast)
    return WalkIn.objects.get(left_at=None)


def accept(cast: c.Cast, referral: Referral, **typed: Any) -> Any:
    return act(cast.codou, referral, "accept", conflict="no", **typed)


def is_here(cast: c.Cast, row: WalkIn, referral: Referral) -> Any:
    return press(sign_in(cast.codou), reverse("walk-in-referred", args=[row.pk]), referral=str(referral.pk))


def test_the_desk_says_yes_to_somebody_who_sleeps_there_already(cast: c.Cast) -> None:
    row = walked_in(cast)
    referral = c.sent(cast)
    later(hours=20)
    form = sign_in(cast.codou).get(act_url(referral, "accept")).context["form"]
    assert [value for value, _words in form.fields["walk_in"].choices] == ["", str(row.pk)]
    assert accept(cast, referral, walk_in=str(row.pk)).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    row.refresh_from_db()
    stay = stay_of(referral)
    assert (stay.state, stay.places_id, row.placement, row.left_at) == (
        "occupied",
        cast.girls.pk,
        stay,
        stay.occupied_at,
    )
    bed = next(bed for bed in board_of(cast) if bed.places.pk == cast.girls.pk)
    assert (bed.known, bed.ending, bed.walk_ins) == (1, [], [])
    # Then the arrival is recorded as for everybody, and takes nothing more.
    assert "walk_in" not in sign_in(cast.codou).get(act_url(referral, "start")).context["form"].fields
    assert act(cast.codou, referral, "start", identified_otherwise="connue de la maison").status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    assert Placement.objects.filter(referral=referral).count() == 1


def board_of(cast: c.Cast) -> Any:
    with c.acting(cast.codou) as actor:
        return board(actor, clock.now())


def test_a_full_house_takes_nobody_more_by_saying_who_is_here(cast: c.Cast) -> None:
    row = walked_in(cast)
    fill(cast.girls)
    before = numbers(cast.girls)
    referral = c.sent(cast)
    assert set(accept(cast, referral).context["form"].errors) >= {"overflow"}
    assert accept(cast, referral, walk_in=str(row.pk)).status_code == 302
    assert numbers(cast.girls) == before


def test_what_was_held_for_the_arrival_is_free_again(cast: c.Cast) -> None:
    """Said at the arrival: the place where she sleeps, in another group, passes over."""
    row = walked_in(cast)
    referral = c.accepted(cast)
    assert numbers(cast.girls) == (1, 1, 0, 0)
    typed = {"identified_otherwise": "connue de la maison", "walk_in": str(row.pk)}
    assert act(cast.codou, referral, "start", **typed).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    assert WalkIn.objects.get().placement == stay_of(referral)
    today = clock.now().date()
    found = tables_of(report(cast.codou, today, today))
    assert row_of(found, "Personnes accueillies", "Total") == ["1", "0", "0", "1"]


def test_said_afterwards_from_the_page_of_the_walk_in(cast: c.Cast) -> None:
    row = walked_in(cast)
    referral = c.accepted(cast)
    desk = sign_in(cast.codou)
    page = desk.get(reverse("walk-in", args=[row.pk]))
    assert reverse("walk-in-referred", args=[row.pk]) in page.content.decode()
    assert leaked(desk.get(reverse("walk-in-referred", args=[row.pk]))) == []
    assert is_here(cast, row, referral).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    assert stay_of(referral).state == "occupied"
    assert Event.objects.filter(object_id=row.pk, verb="change").count() == 1


def test_of_two_places_that_one_person_took_one_is_free_again(cast: c.Cast) -> None:
    row = walked_in(cast)
    later(hours=2)
    referral = c.started(cast)
    assert numbers(cast.girls) == (0, 2, 0, 0)
    is_here(cast, row, referral)
    assert numbers(cast.girls) == (0, 1, 0, 1)
    row.refresh_from_db()
    assert row.left_at == stay_of(referral).occupied_at  # no night is both hers and hers


def test_a_count_of_heads_since_is_right_already(cast: c.Cast) -> None:
    row = walked_in(cast)
    referral = c.started(cast)
    later(hours=6)
    press(sign_in(cast.codou), reverse("places-headcount"), **{f"count_{cast.girls.pk}": "1"})
    is_here(cast, row, referral)
    assert numbers(cast.girls) == (0, 1, 0, 1)


def test_nobody_is_two_persons(cast: c.Cast) -> None:
    row = walked_in(cast)
    referral = c.sent(cast)
    url = act_url(referral, "accept")
    desk = sign_in(cast.codou)
    typed = values_of(desk.get(url).context["form"]) | {"conflict": "no", "walk_in": str(row.pk)}
    desk.post(reverse("walk-in-left", args=[row.pk]), {"version": row.version})
    refused = desk.post(url, typed)
    assert refused.status_code == 200
    assert refused.context["form"].errors
    assert numbers(cast.girls) == (0, 0, 0, 2)
    assert not Placement.objects.exists()


def test_a_group_is_answered_with_who_of_them_sleeps_there_already(cast: c.Cast) -> None:
    """A full house takes the one who is there, without going above capacity, and says no to the other."""
    row = walked_in(cast)
    fill(cast.girls)
    before = numbers(cast.girls)
    group = a.sent(cast, a.arrived(cast, a.line(1), a.line(2)), [1, 2])
    one, other = group.referrals.order_by("case__slip__number")
    page = reverse("group_answer", args=[group.pk])
    shown = sign_in(cast.codou).get(page)
    assert leaked(shown) == []
    here = {one.pk: f"here_{one.pk}", other.pk: f"here_{other.pk}"}
    assert set(here.values()) <= set(shown.context["form"].fields)

    def refused(*ticked: int, **typed: Any) -> set[str]:
        return set(a.answer(cast, group, list(ticked), **typed).context["form"].errors)

    chosen = str(row.pk)
    assert refused(2, **{here[one.pk]: chosen}) == {here[one.pk]}
    assert refused(1, 2, **{here[one.pk]: chosen, here[other.pk]: chosen}) == {here[other.pk]}
    assert a.answer(cast, group, [1], **{here[one.pk]: chosen}).status_code == 302
    assert numbers(cast.girls) == before
    row.refresh_from_db()
    assert (row.placement, stay_of(one).state) == (stay_of(one), "occupied")
    assert {one.pk: "accepted", other.pk: "declined"} == dict(group.referrals.values_list("pk", "state"))


def test_nobody_of_another_house_is_joined_nor_by_whoever_keeps_no_places(cast: c.Cast) -> None:
    """Ids that a form never offered: a walk-in next door; one's own, typed by a worker who keeps no places."""
    ours = walked_in(cast)
    with c.acting(), transaction.atomic():
        site = Site(organisation=cast.other_centre, name="Voisine", region=cast.region)
        write(site)
        beds = Places(site=site, group="girls", capacity=2, confirmed_at=clock.now())
        write(beds)
    with c.acting(cast.ousmane) as actor:
        who = {"sex": "female", "age_band": "9-13", "at": clock.now()}
        next_door = walk_ins.enter_walk_in(actor, beds.pk, **who)
    group = a.sent(cast, a.arrived(cast, a.line(1)), [1])
    name = f"here_{group.referrals.get().pk}"
    assert set(a.answer(cast, group, [1], **{name: str(next_door.pk)}).context["form"].errors) == {name}
    assert "walk_in" in accept(cast, c.sent(cast), walk_in=str(next_door.pk)).context["form"].errors
    referral = c.accepted(cast)
    typed = {"identified_otherwise": "vue", "walk_in": str(ours.pk)}
    assert "walk_in" in act(cast.daouda, referral, "start", **typed).context["form"].errors
    assert not WalkIn.objects.exclude(placement=None).exists()


def test_whoever_left_while_the_group_was_answered_is_not_joined(cast: c.Cast) -> None:
    row = walked_in(cast)
    group = a.sent(cast, a.arrived(cast, a.line(1)), [1])
    desk = sign_in(cast.codou)
    desk.post(reverse("walk-in-left", args=[row.pk]), {"version": row.version})
    name = f"here_{group.referrals.get().pk}"
    assert set(a.answer(cast, group, [1], **{name: str(row.pk)}).context["form"].errors) == {name}
    assert group.referrals.get().state == "sent"


def test_whoever_is_here_cannot_be_said_not_to_have_come(cast: c.Cast) -> None:
    row = walked_in(cast)
    referral = c.sent(cast)
    accept(cast, referral, walk_in=str(row.pk))
    later(hours=1)
    assert "enregistrez l’arrivée" in act_page(cast, referral, "no_show")
    # A sender who takes it back is asked who takes over, as for everybody whom a house lodges.
    form = sign_in(cast.aissatou).get(act_url(referral, "withdraw")).context["form"]
    assert form.fields["hand_over"].required


def act_page(cast: c.Cast, referral: Referral, action: str) -> str:
    return sign_in(cast.codou).get(act_url(referral, action)).content.decode()


def test_only_a_fitting_house_and_group_is_offered(cast: c.Cast) -> None:
    women = Places.objects.get(site=cast.girls.site, group="women")
    press(sign_in(cast.codou), reverse("walk-in-new", args=[women.pk]))
    referral = c.sent(cast)
    assert "walk_in" not in sign_in(cast.codou).get(act_url(referral, "accept")).context["form"].fields
    row = WalkIn.objects.get()
    c.accepted(cast, referral)
    page = sign_in(cast.codou).get(reverse("walk-in", args=[row.pk])).content.decode()
    assert reverse("walk-in-referred", args=[row.pk]) not in page
