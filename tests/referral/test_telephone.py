"""A yes or no by telephone, which the desk confirms: what it holds, and what it gives back."""

from datetime import timedelta

import pytest

from audit import clock
from partners.models import Places
from referral.models import Placement, Referral
from referral.services.telephone import record_telephone_answer
from tests import cast as c
from tests.referral.pages import act, later
from tests.referral.test_referral_receiving import fill

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


# --- By telephone ----------------------------------------------------------------------------------------------
def telephoned(cast: c.Cast, referral: Referral, *, yes: bool = True) -> None:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        record_telephone_answer(
            referral.pk, by=actor, at=at, version=referral.version, yes=yes, said_by="Mme Sarr", said_at=at
        )


def test_a_telephone_yes_holds_a_place_that_the_desk_confirms(cast: c.Cast) -> None:
    referral = c.sent(cast)
    telephoned(cast, referral)
    cast.girls.refresh_from_db()
    assert cast.girls.held == 1
    held = Placement.objects.get(referral=referral)
    assert held.by_telephone
    assert held.held_until == clock.now() + timedelta(hours=12)
    assert act(cast.codou, referral, "accept", conflict="no").status_code == 302
    cast.girls.refresh_from_db()
    held.refresh_from_db()
    assert (cast.girls.held, held.by_telephone) == (1, False)
    assert referral.telephone_answers.get().confirmed_at


def test_a_desk_may_choose_another_place_than_the_one_held(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        site = c.Site(organisation=cast.centre, name="Maison B", region=cast.region)
        c.write(site)
        other = Places(site=site, group="girls", capacity=1, confirmed_at=cast.at)
        c.write(other)
    referral = c.sent(cast)
    telephoned(cast, referral)
    held = Placement.objects.get(referral=referral).places_id
    chosen = other.pk if held != other.pk else cast.girls.pk
    assert act(cast.codou, referral, "accept", conflict="no", place=str(chosen)).status_code == 302
    assert {p.pk: p.held for p in Places.objects.filter(group="girls")} == {held: 0, chosen: 1}


def test_a_telephone_no_holds_nothing_and_ends_nothing(cast: c.Cast) -> None:
    referral = c.sent(cast)
    telephoned(cast, referral, yes=False)
    assert not Placement.objects.exists()
    assert Referral.objects.get(pk=referral.pk).state == "sent"
    act(cast.codou, referral, "accept", conflict="no")
    assert referral.telephone_answers.get().confirmed_at is None


def test_a_telephone_no_gives_back_the_place_that_a_telephone_yes_holds(cast: c.Cast) -> None:
    referral = c.sent(cast)
    telephoned(cast, referral)
    telephoned(cast, Referral.objects.get(pk=referral.pk), yes=False)
    cast.girls.refresh_from_db()
    assert (Placement.objects.get().state, cast.girls.held) == ("released", 0)


def test_a_telephone_yes_said_again_holds_the_place_no_longer(cast: c.Cast) -> None:
    referral = c.sent(cast)
    telephoned(cast, referral)
    until = Placement.objects.get().held_until
    later(hours=11)
    telephoned(cast, Referral.objects.get(pk=referral.pk))
    assert Placement.objects.get().held_until == until
    later(hours=13)
    telephoned(cast, Referral.objects.get(pk=referral.pk))
    assert Placement.objects.get().held_until == clock.now() + timedelta(hours=12)
    cast.girls.refresh_from_db()
    assert cast.girls.held == 1


def test_a_telephone_yes_of_a_full_centre_is_refused_in_words(cast: c.Cast) -> None:
    referral = c.sent(cast)
    fill(cast.girls)
    answer = act(cast.aissatou, referral, "record_telephone_answer", yes="yes", said_by="Mme Sarr")
    assert answer.context["form"].non_field_errors()
    assert not referral.telephone_answers.exists()
