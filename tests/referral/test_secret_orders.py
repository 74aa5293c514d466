"""An order of justice that forbids telling: who handles it hears, the owner of the file and the person do not."""

import re

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import Role
from partners.models import Region, User
from referral.enums import TaskKind
from referral.models import Case, Notice, Task
from referral.services import clock as rounds
from referral.services.nudging import NUDGE
from tests import cast as c
from tests.referral.ordering import NARROWED, another_supervisor, bind, box, checked, recorded
from tests.referral.pages import later, press, same_as_unknown, sign_in
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_while_an_order_forbids_telling_nothing_of_it_reaches_the_owner_then_she_and_the_person_are_told(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast)
    Notice.objects.all().delete()
    bineta, owner = sign_in(cast.bineta), sign_in(cast.aissatou)
    second = another_supervisor(cast)
    before = [seen(owner, case), len(owner.get(reverse("home")).content)]
    order = recorded(bineta, case, silent_until=box(2), silent_by="juge canari")
    assert checked(sign_in(second), order, **NARROWED).status_code == 302
    assert press(bineta, reverse("order_make", args=[order.pk]), read_through="on").status_code == 302
    bineta.post(reverse("order_extract", args=[order.pk]))
    assert seen(owner, case) == before[0]
    assert owner.get(reverse("order", args=[order.pk])).status_code == 404
    assert same_as_unknown(owner, "order", order.pk)
    assert not Notice.objects.filter(user=cast.aissatou).exists()
    assert not Task.objects.filter(
        case=case, kind__in=["check_order", "order_extract", "tell_of_order"]
    ).exists()
    for written in ("default", "audit"):
        assert not Event.objects.using(written).filter(object_id=order.pk, case_id=case.pk).exists()

    later(days=3)
    with c.acting():
        assert rounds.run("silences", clock.now()) == 1
    assert Notice.objects.filter(user=cast.aissatou).exists()
    assert Task.objects.get(kind=TaskKind.TELL_OF_ORDER).owner_id == cast.aissatou.pk
    assert sign_in(cast.aissatou).get(reverse("order", args=[order.pk])).status_code == 200
    with c.acting():
        assert rounds.run("silences", clock.now()) == 0


def test_a_secret_order_stays_secret_to_an_owner_who_supervises_too(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    with c.acting(), transaction.atomic():
        second = c.person("second", cast.ngo, Role.SUPERVISOR, at=clock.now())
    order = recorded(sign_in(second), case, silent_until=box(2), silent_by="juge canari")
    owner = sign_in(cast.fatou)
    code = order.reference[:3]
    assert owner.get(reverse("order", args=[order.pk])).status_code == 404
    for url in (reverse("case_orders", args=[case.pk]), reverse("orders")):
        assert f">{code} " not in owner.get(url).content.decode()
    assert reverse("order", args=[order.pk]) in sign_in(cast.bineta).get(reverse("orders")).content.decode()
    assert not Notice.objects.filter(user=cast.fatou, object_id=case.pk).exists()


def test_the_trail_of_the_file_and_of_its_people_says_nothing_of_a_secret_order(
    cast: c.Cast, one_connection: None
) -> None:
    case = c.open_case(cast, by=cast.fatou)
    with c.acting(), transaction.atomic():
        second, third = (
            c.person(name, cast.ngo, Role.SUPERVISOR, at=clock.now()) for name in ("deux", "trois")
        )
    order = recorded(sign_in(second), case, silent_until=box(2), silent_by="juge canari")
    assert sign_in(second).get(reverse("order_check", args=[order.pk])).status_code == 403
    slip = checked(sign_in(third), order, **NARROWED | {"granted": ["identity", "narrative"]})
    assert slip.status_code == 200
    assert checked(sign_in(third), order, **NARROWED).status_code == 302
    assert sign_in(third).get(reverse("order_make", args=[order.pk])).status_code == 200
    owner = sign_in(cast.fatou)
    trail = owner.get(reverse("supervised_file", args=[case.pk])).content.decode()
    assert "équisition" not in trail
    codes = Event.objects.filter(outcome="denied", case_id=case.pk).values_list("reason_code", flat=True)
    assert list(codes) == []
    for who in (second, third):
        page = owner.get(reverse("supervised_person", args=[who.pk]))
        assert page.status_code in (200, 404)
        assert "équisition" not in page.content.decode()
        assert [row for row in (page.context or {}).get("rows", ()) if not row["url"]] == []


def heard(case: Case) -> set[str]:
    """To whom mails leave by now, none of which says what of: and no notice or task says it either."""
    mail.outbox.clear()
    with c.acting():
        assert rounds.run("secrets", clock.now()) == 0, "its number is nobody's"
    work(NUDGE)
    assert not Notice.objects.filter(object_id=case.pk).exists()
    assert not Task.objects.filter(case=case, kind__in=["check_order", "order_extract"]).exists()
    return {each.to[0] for each in mail.outbox}


def test_who_checks_a_secret_order_is_reminded_then_who_recorded_it_then_the_control_never_the_owner(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast)
    Notice.objects.all().delete()
    second = another_supervisor(cast)
    with c.acting(), transaction.atomic():
        far = c.person("far", cast.unit, Role.AUDITOR, at=clock.now())
    bind(far, Region.objects.exclude(pk=case.region_id).earliest("code"))
    silence = {"due_at": box(2), "silent_until": box(20), "silent_by": "juge canari"}
    order = recorded(sign_in(cast.bineta), case, **silence)
    assert heard(case) == {second.email}, "at once"
    assert heard(case) == set()
    later(hours=25)
    assert heard(case) == {second.email}, "half of its time is over"
    assert heard(case) == set()
    later(hours=49)
    assert heard(case) == {second.email, cast.bineta.email}, "its end"
    assert heard(case) == set()
    later(hours=74)
    assert heard(case) == {second.email, cast.bineta.email, cast.khady.email}, "a day later, and so late"
    assert checked(sign_in(second), order, **NARROWED).status_code == 302
    assert cast.bineta.email in heard(case), "who recorded it makes the extract"
    assert press(sign_in(cast.bineta), reverse("order_make", args=[order.pk]), read_through="on")
    later(hours=200)
    assert heard(case) == set(), "it is answered"
    order.refresh_from_db()
    for written in ("default", "audit"):
        assert not Event.objects.using(written).filter(object_id=order.pk, case_id=case.pk).exists()


def test_a_secret_order_stands_on_the_first_page_of_whose_step_it_is_and_on_nobody_elses(
    cast: c.Cast,
) -> None:
    case = c.open_case(cast)
    second = another_supervisor(cast)

    def waits(who: User) -> list[tuple[str, bool]]:
        lines = sign_in(who).get(reverse("home")).context["lines"]
        there = {reverse("orders"), reverse("order", args=[order.pk])}
        return [(line["url"], line["late"]) for line in lines if line["url"] in there]

    order = recorded(sign_in(cast.bineta), case, due_at=box(1), silent_until=box(20), silent_by="juge canari")
    url = reverse("order", args=[order.pk])
    others = [cast.aissatou, cast.ibrahima, cast.codou, cast.elisabeth]
    assert waits(second) == [(url, False)]
    assert waits(cast.bineta) == waits(cast.khady) == []
    later(hours=37)
    assert waits(second) == [(url, True)]
    assert waits(cast.khady) == [(reverse("orders"), True)]
    assert "app-deadline--late" in sign_in(cast.khady).get(reverse("orders")).content.decode()
    assert "app-deadline--late" in sign_in(second).get(url).content.decode()
    assert [waits(who) for who in others] == [[], [], [], []]
    assert checked(sign_in(second), order, **NARROWED).status_code == 302
    assert waits(second) == []
    assert waits(cast.bineta) == [(url, True)]
    assert [waits(who) for who in others] == [[], [], [], []]


def test_a_secret_order_of_a_house_with_one_person_waits_for_the_national_unit(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    order = recorded(sign_in(cast.fatou), case, silent_until=box(20), silent_by="juge canari")
    assert heard(case) == {cast.bineta.email}
    urls = [line["url"] for line in sign_in(cast.bineta).get(reverse("home")).context["lines"]]
    assert reverse("order", args=[order.pk]) in urls


@pytest.mark.parametrize("decided", [False, True])
def test_what_is_still_to_be_done_about_a_secret_order_is_asked_once_it_may_be_told(
    cast: c.Cast, decided: bool
) -> None:
    case = c.open_case(cast)
    order = recorded(sign_in(cast.bineta), case, silent_until=box(2), silent_by="juge canari")
    if decided:
        assert checked(sign_in(another_supervisor(cast)), order, **NARROWED).status_code == 302
    kinds = {TaskKind.CHECK_ORDER, TaskKind.ORDER_EXTRACT}
    assert not Task.objects.filter(kind__in=kinds).exists()
    later(days=3)
    with c.acting():
        rounds.run("silences", clock.now())
    [task] = Task.objects.filter(kind__in=kinds, done_at=None)
    assert task.kind == (TaskKind.ORDER_EXTRACT if decided else TaskKind.CHECK_ORDER)
    with c.acting():
        assert task.proposal == {"order": str(order.pk)}


def seen(client: Client, case: Case) -> list[str]:
    """What the owner reads of the file and around it, without what differs at each reading."""
    pages = [reverse(name, args=[case.pk]) for name in ("case", "case_orders", "case_changes")]
    pages += [reverse(name) for name in ("home", "notices", "tasks")]
    bodies = [client.get(url).content.decode() for url in pages]
    return [re.sub(r'value="[\w-]{20,}"|\d+ (min|h)\b', "…", body) for body in bodies]
