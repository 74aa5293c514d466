"""Synthetic data: refused where it does not belong, and right by the same guards that it is written without."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from audit import clock, sitting
from crypto import keyring
from partners.models import User
from partners.queries import actor_of
from referral.disclosure import FIELDS
from referral.enums import OPEN, Side, State
from referral.models import Case, Consent, Notice, Person, Referral, ReferralGrant, Snapshot
from referral.queries import basis_live, inbox
from referral.seeding.filling import fill
from referral.seeding.organisations import Seated, desk_address, seat_organisations
from referral.seeding.tables import GUARDED, switch, wrong_rows
from tests.database import pristine

databases = pytest.mark.django_db(databases=["default", "audit"])
MADE = 240


@pytest.fixture
def seated(db: None) -> Iterator[list[Seated]]:
    """A few referrals, written with every trigger on: whatever a guard would refuse fails this test."""
    random = Random(7)
    with keyring.opened() as ring, sitting.opened(sitting.SYSTEM):
        seated = seat_organisations(6, clock.now(), random)
        fill(ring, seated, random, MADE, batch=100)
        connection.check_constraints()
        yield seated


@databases
def test_it_is_for_development_only(settings: Any) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="RELAIS_ENVIRONMENT=development"):
        call_command("seed", "--referrals=10")


@databases
@pytest.mark.parametrize("arguments", [["--referrals=0"], ["--referrals=10", "--organisations=4"]])
def test_it_refuses_too_little(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="At least 1 referral"):
        call_command("seed", *arguments)


@databases
def test_the_application_cannot_seed() -> None:
    with pytest.raises(CommandError, match="RELAIS_DATABASE_LOGIN=owner"):
        call_command("seed", "--referrals=10")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_owner_may_switch_the_guards_off_and_on() -> None:
    with pristine.owner_connection() as owner:
        for verb, mark in (("DISABLE", "D"), ("ENABLE", "O")):
            for model in GUARDED:
                owner.execute(switch(model, verb))
                found = owner.execute(
                    "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                    [model._meta.db_table],
                ).fetchall()
                assert found in ([(mark,)], [(mark.encode(),)]), model
        owner.rollback()


@databases
def test_nobody_but_the_owner_switches_a_guard() -> None:
    with (
        pytest.raises(ProgrammingError, match="must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(switch(Referral, "DISABLE"))


@databases
def test_every_row_is_right(seated: list[Seated]) -> None:
    assert Referral.objects.count() == MADE
    assert wrong_rows() == {}
    assert Referral.history.count() == MADE
    assert Case.objects.count() == Person.objects.count() == Person.history.count()
    states = set(Referral.objects.values_list("state", flat=True))
    assert states >= {State.SENT, State.ACCEPTED, State.IN_SERVICE, State.COMPLETED, State.DECLINED}
    numbers = list(Referral.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + MADE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referral_referral_seq')")
        assert cursor.fetchone()[0] > numbers[-1]


@databases
def test_what_is_not_right_is_found(seated: list[Seated]) -> None:
    ReferralGrant.objects.filter(side=Side.REFERRING).first().delete()
    row = Consent.history.first()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM referral_historicalconsent WHERE history_id = %s", [row.history_id])
        cursor.execute("DELETE FROM crypto_datakey WHERE scope_kind = 'exchange'")
    assert wrong_rows() == {
        "referrals whose grants are not those of their state": 1,
        "previews without a key": MADE,
        "rows of referral_consent whose version has no history": 1,
    }


@databases
def test_the_product_reads_what_was_sealed(seated: list[Seated]) -> None:
    desk = actor_of(User.objects.get(email=desk_address(1)))
    grants = inbox(desk)
    with keyring.opened() as ring:
        ring.prime_scopes(grant.content_object.preview.key_scope() for grant in grants)
        assert grants
        assert all(grant.content_object.preview.details["languages"] == ["wol"] for grant in grants)
        snapshot = Snapshot.objects.select_related("referral").first()
        assert set(snapshot.payload) == set(snapshot.referral.released_groups)
        assert basis_live(snapshot.referral, clock.now())
        person = Person.objects.first()
        with ring.revealing(person):
            assert person.family_name.startswith("Famille ")
            assert all(
                getattr(person, name, None) is not None for name in FIELDS["identity"] if name != "alias"
            )
    assert Notice.objects.filter(user_id=desk.id, read_at=None).exists()


@databases
def test_sizes_differ_as_in_reality_and_open_deadlines_are_near(seated: list[Seated]) -> None:
    received = Counter(Referral.objects.values_list("receiving_organisation", flat=True))
    assert received[seated[0].organisation.pk] == max(received.values())
    assert max(received.values()) > 2 * min(received.values())
    now = clock.now()
    open_ones = Referral.objects.filter(state__in=OPEN)
    late = open_ones.filter(due_at__lt=now).count()
    assert 0 < open_ones.count() < MADE / 2
    assert late < open_ones.count() / 3
