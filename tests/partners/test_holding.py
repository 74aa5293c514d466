"""A place is never held twice: by rule, by lock and by the CHECK behind both."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections, transaction

from audit import sitting
from crypto.keyring import opened
from partners.models import Places
from partners.services import ledger, provision
from partners.services.ledger import Above, NoPlaceFree
from tests.partners.conftest import BOTH, changes, history


def above(places):
    return Above("night", places.confirmed_by_id, places.confirmed_at)


def numbers(places):
    row = Places.objects.get(pk=places.pk)
    return row.held, row.occupied, row.over, row.free


@pytest.mark.django_db(databases=BOTH)
class TestOnePlace:
    def test_it_is_held_then_occupied_then_left(self, places):
        ledger.hold_place(places.pk)
        assert numbers(places) == (1, 0, 0, 2)
        ledger.occupy_place(places.pk)
        assert numbers(places) == (0, 1, 0, 2)
        ledger.leave_place(places.pk)
        assert numbers(places) == (0, 0, 0, 3)
        assert changes(places.pk) == ["create", "change", "change", "change"]
        assert history(places) == [1, 2, 3, 4]

    def test_a_released_hold_is_free_again(self, places):
        ledger.hold_place(places.pk)
        ledger.release_place(places.pk)
        assert numbers(places) == (0, 0, 0, 3)

    def test_no_more_are_held_than_there_are(self, places):
        for _number in range(3):
            ledger.hold_place(places.pk)
        with pytest.raises(NoPlaceFree):
            ledger.hold_place(places.pk)
        assert numbers(places) == (3, 0, 0, 0)

    def test_overflow_is_an_act_and_goes_with_whoever_took_it(self, places):
        for _number in range(3):
            ledger.hold_place(places.pk)
        ledger.hold_place(places.pk, above=above(places))
        assert numbers(places) == (4, 0, 1, 0)
        ledger.occupy_place(places.pk)
        assert numbers(places) == (3, 1, 1, 0)
        ledger.leave_place(places.pk)
        assert numbers(places) == (3, 0, 0, 0)
        ledger.release_place(places.pk)
        assert numbers(places) == (2, 0, 0, 1)

    def test_overflow_is_not_counted_while_a_place_is_free(self, places):
        ledger.hold_place(places.pk, above=above(places))
        assert numbers(places) == (1, 0, 0, 2)

    def test_who_leaves_after_the_desk_counted_without_them_leaves_no_negative(self, places):
        ledger.leave_place(places.pk)
        assert numbers(places) == (0, 0, 0, 3)

    @pytest.mark.parametrize("act", [ledger.release_place, ledger.occupy_place])
    def test_what_was_not_held_is_refused_by_the_database(self, places, act):
        with pytest.raises(IntegrityError), transaction.atomic():
            act(places.pk)
        assert numbers(places) == (0, 0, 0, 3)

    def test_the_check_is_the_last_wall(self, places):
        row = Places.objects.get(pk=places.pk)
        row.held = 4
        with pytest.raises(IntegrityError, match="no_place_twice"), transaction.atomic():
            row.save(update_fields=["held"])


@pytest.mark.django_db(transaction=True, databases=BOTH)
def test_twenty_for_one_place_are_one(focal_point, site, at):
    places = provision.open_places(focal_point.actor, site, group="boys", capacity=1, at=at)

    def hold(_number: int) -> bool:
        try:
            with opened(), sitting.opened(sitting.SYSTEM), transaction.atomic():
                ledger.hold_place(places.pk)
        except NoPlaceFree:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(hold, range(20)))
    assert won.count(True) == 1
    assert numbers(places) == (1, 0, 0, 0)
    assert changes(places.pk) == ["create", "change"]
    assert history(places) == [1, 2]
