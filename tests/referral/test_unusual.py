"""Looks out of the ordinary: the rules by themselves, then the page, and what was looked into does not come back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import clock
from audit import services as audit
from audit.models import Event
from audit.rows import write
from partners.models import DutyShift
from referral import unusual
from referral.models import AccessCheck
from referral.queries.unusual import findings
from referral.unusual import Finding, Rate, Rule, Seen
from referral.views.unusual import rule_words
from tests import canary
from tests import cast as c
from tests.referral.pages import later, press, same_as_unknown, sign_in

databases = pytest.mark.django_db(databases=["default", "audit"])
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WHO, HOUSE, CASE = uuid4(), uuid4(), uuid4()


def seen(verb: str = "reveal", at: datetime = NOON, **more: Any) -> Seen:
    return Seen(**{"person": WHO, "organisation": HOUSE, "verb": verb, "case": CASE, "at": at} | more)


def at_hours(*counts: int) -> list[Seen]:
    """So many reveals on each of some days, at noon."""
    return [seen(at=NOON + timedelta(days=day)) for day, count in enumerate(counts) for _each in range(count)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([9], [(9, 0)]),
        ([8], []),  # a long interview
        ([4, 4, 4, 13], [(13, 4)]),
        ([4, 4, 4, 12], []),  # three times what is usual, not more
        ([10, 10, 10], []),  # somebody whose work it is
    ],
)
def test_a_burst_is_held_against_the_person_s_own_median(
    counts: list[int], found: list[tuple[int, int]]
) -> None:
    assert [(each.count, each.usual) for each in unusual.bursts(at_hours(*counts))] == found


def test_an_alert_is_a_burst_whatever_its_number() -> None:
    [burst] = unusual.bursts([*at_hours(2), seen("alert")])
    assert (burst.count, burst.day) == (2, NOON.date())


@pytest.mark.parametrize(
    ("hour", "day", "on_duty", "found"),
    [
        (23, 4, False, date(2026, 3, 4)),
        (3, 4, False, date(2026, 3, 3)),  # the night that began the evening before
        (6, 4, False, None),
        (21, 4, False, None),
        (23, 4, True, None),
        (12, 20, False, date(2026, 3, 20)),  # a holiday
    ],
)
def test_nights_and_holidays_of_whoever_is_not_on_duty(
    hour: int, day: int, on_duty: bool, found: date | None
) -> None:
    looks = [seen("view", NOON.replace(day=day, hour=hour))] * unusual.NIGHT_LEAST
    nights = list(unusual.nights(looks, {date(2026, 3, 20)}, lambda person, at: on_duty))
    assert [each.day for each in nights] == ([found] if found else [])
    assert not list(unusual.nights(looks[1:], set(), lambda person, at: False))


def test_outside_by_week_and_followed_by_case() -> None:
    looks = [seen("view", NOON + timedelta(days=day)) for day in (0, 1, 7)]
    assert [(each.day, each.count) for each in unusual.outside(looks, lambda look: False)] == [
        (date(2026, 3, 2), 2),
        (date(2026, 3, 9), 1),
    ]
    [followed] = unusual.followed(looks, lambda look: False)
    assert (followed.case, followed.count) == (CASE, 3)
    assert not list(unusual.followed(looks[:1] * 3, lambda look: False)), "on one day"
    assert not list(unusual.followed(looks, lambda look: True))
    assert not list(unusual.outside(looks, lambda look: True))


def test_the_same_search_and_the_same_shut_doors() -> None:
    phone = [seen("search", scope="phone:ab", case=None)] * unusual.SEARCHES_LEAST
    assert [each.rule for each in unusual.searches(phone)] == [Rule.SEARCHES]
    assert not list(unusual.searches([*phone[1:], seen("search", scope="phone:cd", case=None)]))
    shut = [seen("denied", denied=True, case=None)] * unusual.DENIED_LEAST
    assert [each.count for each in unusual.refusals(shut)] == [unusual.DENIED_LEAST]
    assert not list(unusual.refusals(shut[1:]))


@pytest.mark.parametrize(
    ("files", "count", "others_files", "others", "apart"),
    [
        (10, 6, 20, 2, True),
        (10, 6, 20, 6, False),  # not more than twice
        (4, 4, 20, 0, False),  # too few files to say anything
        (10, 6, 4, 0, False),  # too few colleagues
        (10, 2, 20, 0, False),  # too few to look at
    ],
)
def test_rates_are_held_against_the_colleagues_and_small_numbers_never(
    files: int, count: int, others_files: int, others: int, apart: bool
) -> None:
    rate = Rate(WHO, HOUSE, files, {Rule.AGE_UNKNOWN: count}, others_files, {Rule.AGE_UNKNOWN: others})
    assert bool(list(unusual.rates_apart([rate], NOON.date()))) == apart
    assert rate.too_few == (min(files, others_files) < unusual.RATE_FILES)


def test_a_finding_is_the_same_whenever_it_is_reckoned() -> None:
    first, again = (Finding(Rule.BURST, WHO, NOON.date(), count) for count in (9, 12))
    assert first.key == again.key
    assert first.key != Finding(Rule.NIGHT, WHO, NOON.date(), 9).key
    assert first.key != Finding(Rule.BURST, WHO, NOON.date(), 9, case=CASE).key


def test_each_rule_is_shown_with_its_numbers() -> None:
    for rule in Rule:
        assert any(sign.isdigit() for sign in rule_words(rule)), rule


def found(cast: c.Cast, who: str, rule: Rule) -> list[dict[str, Any]]:
    page = sign_in(cast.people[who]).get(reverse("unusual_access"))
    assert page.status_code == 200
    [shown] = [each for each in page.context["rules"] if each["name"] == rule.label]
    assert shown["rule"] in page.context["rules"][list(Rule).index(rule)]["rule"]
    return list(shown["rows"])


def burst(cast: c.Cast, user: Any) -> None:
    case = c.open_case(cast)
    for _each in range(unusual.BURST_LEAST + 1):
        asked = {"groups": ["health"], "reason": "care"}
        assert sign_in(user).post(reverse("case_reveal", args=[case.pk]), asked).status_code == 200


@databases
def test_a_finding_is_looked_into_once_and_never_by_whose_looks_they_are(
    cast: c.Cast, one_connection: None
) -> None:
    burst(cast, cast.bineta)
    [row] = found(cast, "khady", Rule.BURST)
    assert (row["who"], row["more"], len(row["files"])) == ("Bineta", 0, 1)
    assert found(cast, "elisabeth", Rule.BURST) == []
    [own] = found(cast, "bineta", Rule.BURST)
    assert own["own"]
    bineta, khady = sign_in(cast.bineta), sign_in(cast.khady)
    typed = {"result": "passed_on", "note": "remarque canari", "key": str(uuid4())}
    assert bineta.post(own["url"], typed).status_code == 403
    assert Event.objects.filter(actor_id=cast.bineta.pk, reason_code="NOT_ALLOWED_OWN_LOOKS").exists()
    assert AccessCheck.objects.count() == 0

    unsaid = khady.post(row["url"], {"result": "passed_on", "key": str(uuid4())})
    assert unsaid.context["form"].errors["note"]
    assert press(khady, row["url"], **typed).status_code == 302
    check = AccessCheck.objects.get()
    assert (check.person, check.checked_by, check.rule) == (cast.bineta, cast.khady, Rule.BURST)
    assert check.history.count() == 1
    assert canary.found(["remarque canari"], canary.database()) == []
    assert found(cast, "khady", Rule.BURST) == []
    # It stands among those that were looked into, with its words for who supervises and not for Bineta.
    assert "remarque canari" in khady.get(row["url"]).content.decode()
    assert "remarque canari" not in bineta.get(row["url"]).content.decode()
    again = khady.post(row["url"], typed | {"key": str(uuid4())})
    assert (again.status_code, AccessCheck.objects.count()) == (200, 1)
    for key in (uuid4(), UUID(int=0)):
        assert same_as_unknown(khady, "unusual_finding", key)
    with c.acting(cast.khady), transaction.atomic(), pytest.raises(IntegrityError):
        write(
            AccessCheck(
                finding=uuid4(),
                rule=Rule.BURST,
                person=cast.khady,
                day=NOON.date(),
                result="work",
                checked_by=cast.khady,
                checked_at=NOON,
            )
        )


@databases
def test_whoever_has_a_part_in_a_case_is_inside_and_whoever_had_one_is_not(
    cast: c.Cast, one_connection: None
) -> None:
    """Owner, supervisor, desk and worker look without a finding; the centre that said no, long afterwards, does not."""
    referral = c.accepted(cast)
    for who, name, pk in (
        ("aissatou", "case", referral.case_id),
        ("bineta", "case", referral.case_id),
        ("codou", "referral", referral.pk),
        ("daouda", "referral_shared", referral.pk),
    ):
        assert sign_in(cast.people[who]).get(reverse(name, args=[pk])).status_code == 200
    assert found(cast, "khady", Rule.OUTSIDE) == []
    other = c.declined(cast, c.sent(cast))
    later(days=20)
    for _day in range(3):
        with c.acting(cast.codou):
            audit.look("view", other, case_id=other.case_id, referral_id=other.pk)
        later(days=21)
    assert {row["who"] for row in found(cast, "khady", Rule.OUTSIDE)} == {"Codou"}
    [row] = found(cast, "khady", Rule.FOLLOWED)
    assert row["who"] == "Codou"
    assert [each["who"] for each in found(cast, "elisabeth", Rule.FOLLOWED)] == ["Codou"]
    assert found(cast, "bineta", Rule.FOLLOWED) == []


@databases
def test_whoever_is_on_duty_works_at_night(cast: c.Cast, one_connection: None) -> None:
    now = clock.now()
    night = now.replace(hour=23, minute=0, second=0) - timedelta(days=1)
    case = c.open_case(cast)
    later(seconds=(night - now).total_seconds())
    for _each in range(unusual.NIGHT_LEAST):
        with c.acting(cast.aissatou):
            audit.look("view", case, case_id=case.pk)
    later(seconds=0)
    [row] = found(cast, "bineta", Rule.NIGHT)
    assert row["who"] == "Aissatou"
    with c.acting(), transaction.atomic():
        span = {"begins_at": night - timedelta(hours=1), "ends_at": night + timedelta(hours=8)}
        write(DutyShift(organisation=cast.unit, user=cast.aissatou, **span))
    assert found(cast, "bineta", Rule.NIGHT) == []


@databases
def test_rates_stand_in_alphabetical_order_and_few_files_say_so(cast: c.Cast, one_connection: None) -> None:
    for _each in range(3):
        c.open_case(cast, age_status="unknown", age_band="unknown")
    page = sign_in(cast.bineta).get(reverse("unusual_access"))
    [rate] = page.context["rates"]
    assert (rate["who"], rate["files"], rate["few"]) == ("Aissatou", 3, True)
    assert "trop peu de dossiers" in page.content.decode()


@databases
def test_refusals_are_found_by_whose_people_they_are(cast: c.Cast, one_connection: None) -> None:
    case = c.open_case(cast)
    for _each in range(unusual.DENIED_LEAST):
        assert sign_in(cast.codou).get(reverse("case", args=[case.pk])).status_code == 404
    assert [row["who"] for row in found(cast, "elisabeth", Rule.DENIED)] == ["Codou"]
    assert [row["who"] for row in found(cast, "khady", Rule.DENIED)] == ["Codou"]
    with c.acting(cast.bineta) as actor:
        assert actor is not None
        assert findings(actor, clock.now()) == []
