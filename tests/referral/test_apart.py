"""Somebody who came without a referral was said to be the person of one, and is another: the desk takes it back."""

from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import Overflow
from referral.models import Placement, Referral, WalkIn
from tests import cast as c
from tests.referral import arrivals as a
from tests.referral.pages import act, act_url, later, leaked, press, same_as_unknown, sign_in, values_of
from tests.referral.test_already_here import accept, is_here, stay_of, walked_in
from tests.referral.test_house import numbers
from tests.referral.test_referral_receiving import fill

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url_of(row: WalkIn) -> str:
    return reverse("walk-in-apart", args=[row.pk])


def two_persons(cast: c.Cast, row: WalkIn, **typed: Any) -> Any:
    return press(sign_in(cast.codou), url_of(row), **({"why": "ANOTHER_PERSON"} | typed))


def joined(cast: c.Cast, referral: Referral | None = None) -> tuple[WalkIn, Referral]:
    """Said at the yes: the referral has no other place than that of the walk-in."""
    row, referral = walked_in(cast), referral or c.sent(cast)
    later(hours=1)
    assert accept(cast, referral, walk_in=str(row.pk)).status_code == 302
    return row, referral


def test_the_walk_in_is_there_again_and_a_place_is_held_for_the_other(cast: c.Cast) -> None:
    row, referral = joined(cast)
    assert numbers(cast.girls) == (0, 1, 0, 1)
    desk = sign_in(cast.codou)
    assert url_of(row) in desk.get(reverse("places")).content.decode()
    page = desk.get(url_of(row))
    assert leaked(page) == []
    assert set(two_persons(cast, row, why="").context["form"].errors) == {"why"}
    later(hours=2)
    assert two_persons(cast, row).status_code == 302
    assert numbers(cast.girls) == (1, 1, 0, 0)
    row.refresh_from_db()
    stay = stay_of(referral)
    assert (row.left_at, row.placement, stay.state, stay.occupied_at) == (None, None, "held", None)
    assert stay.held_until == Referral.objects.get(pk=referral.pk).due_at
    said = Event.objects.filter(reason_code="ANOTHER_PERSON")
    assert set(said.values_list("object_type", flat=True)) == {"referral.walkin", "referral.placement"}
    assert {event.actor_id for event in said} == {cast.codou.pk}
    # Both go on as everybody: one leaves, the other arrives; and nothing is left of the mistake.
    assert desk.get(url_of(row)).status_code == 404
    assert act(cast.codou, referral, "start", identified_otherwise="carte vue").status_code == 302
    desk.post(reverse("walk-in-left", args=[row.pk]), {"version": row.version})
    assert numbers(cast.girls) == (0, 1, 0, 1)


def test_in_a_full_house_somebody_says_why_there_is_one_more(cast: c.Cast) -> None:
    row, _referral = joined(cast)
    fill(cast.girls)
    refused = two_persons(cast, row)
    assert set(refused.context["form"].errors) == {"overflow"}
    assert WalkIn.objects.get().placement is not None
    assert two_persons(cast, row, overflow="danger").status_code == 302
    assert numbers(cast.girls) == (1, 2, 1, 0)
    assert Overflow.objects.get().said_by == cast.codou


def test_the_place_that_was_held_before_is_held_again(cast: c.Cast) -> None:
    row, referral = walked_in(cast), c.accepted(cast)
    later(hours=1)
    assert is_here(cast, row, referral).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    later(hours=2)
    assert two_persons(cast, row, why="WRONG_LINE").status_code == 302
    assert numbers(cast.girls) == (1, 1, 0, 0)


def test_of_two_who_were_both_in_the_house_each_has_a_place_again(cast: c.Cast) -> None:
    row, referral = walked_in(cast), c.started(cast)
    later(hours=1)
    is_here(cast, row, referral)
    assert numbers(cast.girls) == (0, 1, 0, 1)
    later(hours=1)
    before = Placement.objects.get()
    assert "place" not in sign_in(cast.codou).get(url_of(row)).context["form"].fields
    assert two_persons(cast, row).status_code == 302
    assert numbers(cast.girls) == (0, 2, 0, 0)
    assert Placement.objects.get().version == before.version


@pytest.mark.parametrize("counted_before", [True, False], ids=["before", "after"])
def test_heads_that_were_counted_are_right_already(cast: c.Cast, counted_before: bool) -> None:
    """Two heads, counted before the two were said to be one, or between that and its being taken back."""
    row, referral = walked_in(cast), c.started(cast)

    def count(hours: int) -> None:
        later(hours=hours)
        field = f"count_{cast.girls.pk}"
        assert press(sign_in(cast.codou), reverse("places-headcount"), **{field: "2"}).status_code == 302

    if counted_before:
        count(1)
    later(hours=2)
    is_here(cast, row, referral)
    if not counted_before:
        count(3)
    later(hours=4)
    assert numbers(cast.girls) == (0, 2, 0, 0)
    assert two_persons(cast, row).status_code == 302
    assert numbers(cast.girls) == (0, 2, 0, 0)


def test_what_was_built_on_it_stands_and_the_page_says_what_to_do(cast: c.Cast) -> None:
    row, referral = joined(cast)
    typed = values_of(sign_in(cast.codou).get(url_of(row)).context["form"]) | {"why": "NOT_SURE"}
    later(hours=2)
    act(cast.codou, referral, "start", identified_otherwise="connue de la maison")
    before = numbers(cast.girls)
    page = sign_in(cast.codou).get(url_of(row))
    assert [len(page.context["unmet"]), 'name="key"' in page.content.decode()] == [1, False]
    assert sign_in(cast.codou).post(url_of(row), typed).status_code == 200
    assert numbers(cast.girls) == before
    assert WalkIn.objects.get().placement is not None
    assert Event.objects.using("audit").filter(reason_code="NOT_POSSIBLE_APART").count() == 1


def arrived(cast: c.Cast) -> tuple[WalkIn, Referral]:
    """Said at the arrival, at which the code was given: the place that was held for it is free again."""
    row, referral = walked_in(cast), c.accepted(cast)
    later(hours=1)
    typed = {"identified_otherwise": "connue de la maison", "walk_in": str(row.pk)}
    assert act(cast.codou, referral, "start", **typed).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    return row, referral


def test_what_was_said_at_the_arrival_is_taken_back_by_the_same_door(cast: c.Cast) -> None:
    """Whoever arrived is in the house, and so is the other: two heads, each under the own name of a line."""
    row, referral = arrived(cast)
    stay = stay_of(referral)
    later(hours=2)
    desk = sign_in(cast.codou)
    assert url_of(row) in desk.get(reverse("places")).content.decode()
    assert "L’arrivée reste enregistrée" in desk.get(url_of(row)).content.decode()
    assert two_persons(cast, row).status_code == 302
    assert numbers(cast.girls) == (0, 2, 0, 0)
    row.refresh_from_db()
    now = stay_of(referral)
    assert (row.left_at, row.placement) == (None, None)
    assert (now.pk, now.state, now.occupied_at) == (stay.pk, "occupied", stay.occupied_at)
    assert Referral.objects.get(pk=referral.pk).state == "in_service"
    assert desk.get(url_of(row)).status_code == 404
    done = act(cast.codou, referral, "complete", reason_code="NEED_MET", left="yes")
    assert done.status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)


def test_a_full_house_says_why_two_are_there_and_a_count_since_says_it_already(cast: c.Cast) -> None:
    row, referral = arrived(cast)
    fill(cast.girls)
    full = numbers(cast.girls)
    later(hours=2)
    assert set(two_persons(cast, row).context["form"].errors) == {"overflow"}
    assert numbers(cast.girls) == full
    field = f"count_{cast.girls.pk}"
    assert press(sign_in(cast.codou), reverse("places-headcount"), **{field: "2"}).status_code == 302
    later(hours=3)
    assert two_persons(cast, row, place=str(cast.girls.pk)).status_code == 302
    assert numbers(cast.girls) == (0, 2, 0, 0)
    assert (stay_of(referral).places_id, WalkIn.objects.get().placement) == (cast.girls.pk, None)


def test_after_the_person_has_left_or_moved_nothing_is_taken_back(cast: c.Cast) -> None:
    row, referral = arrived(cast)
    later(hours=2)
    act(cast.codou, referral, "complete", reason_code="NEED_MET", left="yes")
    assert len(sign_in(cast.codou).get(url_of(row)).context["unmet"]) == 1


def test_not_after_a_move_and_not_twice(cast: c.Cast) -> None:
    row, referral = joined(cast)
    url = url_of(row)
    typed = values_of(sign_in(cast.codou).get(url).context["form"]) | {"why": "NOT_SURE"}
    assert (
        sign_in(cast.codou).post(url, typed)["Location"] == sign_in(cast.codou).post(url, typed)["Location"]
    )
    assert numbers(cast.girls) == (1, 1, 0, 0)
    row.refresh_from_db()
    assert is_here(cast, row, referral).status_code == 302
    later(hours=2)
    women = str(cast.girls.site.places.get(group="women").pk)
    assert (
        press(sign_in(cast.codou), reverse("stay-move", args=[referral.pk]), place=women).status_code == 302
    )
    assert len(sign_in(cast.codou).get(url).context["unmet"]) == 1


def test_no_other_house_learns_of_it(cast: c.Cast) -> None:
    row, _referral = joined(cast)
    assert same_as_unknown(sign_in(cast.ousmane), "walk-in-apart", row.pk)
    assert sign_in(cast.aissatou).get(url_of(row)).status_code == 403
    assert sign_in(cast.daouda).get(url_of(row)).status_code == 403


def test_whoever_steps_back_from_somebody_who_sleeps_there_is_not_told_that_the_place_is_free(
    cast: c.Cast,
) -> None:
    _row, referral = joined(cast)
    page = sign_in(cast.codou).get(act_url(referral, "step_back")).content.decode()
    assert "quand le départ" in page
    assert act(cast.codou, referral, "step_back", conflict="on").status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
    other = c.accepted(cast, at=clock.now())
    assert "quand le départ" not in sign_in(cast.codou).get(act_url(other, "step_back")).content.decode()


def test_a_group_is_told_how_whoever_is_here_already_is_counted_once(cast: c.Cast) -> None:
    group = a.sent(cast, a.arrived(cast, a.line(1)), [1])
    desk = sign_in(cast.codou)
    page = reverse("group_answer", args=[group.pk])
    assert not desk.get(page).context["form"].here_fields
    row = walked_in(cast)
    assert len(desk.get(page).context["form"].here_fields) == 1
    assert a.answer(cast, group, [1]).status_code == 302
    assert is_here(cast, row, group.referrals.get()).status_code == 302
    assert numbers(cast.girls) == (0, 1, 0, 1)
