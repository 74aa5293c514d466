"""Time to decide: recommended, for adults, thirty days and once thirty more."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock as now
from audit.models import Event
from audit.work import at_work
from referral.enums import TaskKind
from referral.models import Case, Notice, Task
from referral.services.clock import run
from tests import cast as c
from tests.referral.pages import later, press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def woman(cast: c.Cast) -> Case:
    return c.open_case(cast, **c.WOMAN)


def url(case: Case, name: str = "case_reflection") -> str:
    return reverse(name, args=[case.pk])


def ran() -> int:
    with at_work() as at:
        acted = run("reflections", at)
        assert run("reflections", at) == 0
    return acted


def records(cast: c.Cast, case: Case, **typed: Any) -> Any:
    answer = press(sign_in(cast.aissatou), url(case), **typed)
    case.refresh_from_db()
    return answer


def test_it_begins_runs_thirty_days_and_is_shown_as_recommended(cast: c.Cast) -> None:
    case, client = woman(cast), sign_in(cast.aissatou)
    assert url(case) in client.get(url(case, "case")).content.decode()
    assert records(cast, case).url == url(case, "case")
    assert case.reflection_until == now.now() + timedelta(days=30)
    assert 'id="reflection"' in client.get(url(case, "case")).content.decode()
    assert "recommandé" in client.get(url(case, "case")).content.decode()
    assert Event.objects.filter(case_id=case.pk, reason_code="REFLECTION_BEGIN").count() == 1


def test_three_days_before_its_end_its_owner_hears_of_it(cast: c.Cast) -> None:
    case = woman(cast)
    records(cast, case)
    later(days=26, hours=23)
    assert ran() == 0
    later(days=27, hours=1)
    assert ran() == 1
    task = Task.objects.get(kind=TaskKind.REFLECTION_ENDS)
    assert (task.owner, task.due_at) == (cast.aissatou, case.reflection_until)
    assert [notice.user for notice in Notice.objects.filter(object_id=task.pk)] == [cast.aissatou]
    assert sign_in(cast.aissatou).get(reverse("task_done", args=[task.pk])).url == url(case)


def test_it_is_extended_once_and_then_only_ended(cast: c.Cast) -> None:
    case = woman(cast)
    records(cast, case)
    first = case.reflection_until
    later(days=28)
    ran()
    records(cast, case, act="extend")
    assert first is not None
    assert case.reflection_until == first + timedelta(days=30)
    assert Task.objects.get(kind=TaskKind.REFLECTION_ENDS).result == "extend"
    refused = records(cast, case, act="extend")
    assert "déjà été prolongé" in refused.content.decode()
    later(days=58)
    assert ran() == 1
    records(cast, case, act="end")
    assert case.reflection_until is None
    assert not Task.objects.filter(kind=TaskKind.REFLECTION_ENDS, done_at=None).exists()
    records(cast, case)  # another time to decide has its own extension
    records(cast, case, act="extend")
    assert case.reflection_until == now.now() + timedelta(days=60)


def test_a_child_has_other_safeguards(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    assert url(case) not in client.get(url(case, "case")).content.decode()
    assert "pour les adultes" in records(cast, case).content.decode()
    assert case.reflection_until is None


def test_only_who_holds_the_file_decides_it_with_the_person(cast: c.Cast) -> None:
    case = woman(cast)
    assert sign_in(cast.bineta).get(url(case)).status_code == 403
    for stranger in (cast.daouda, cast.fatou, cast.ibrahima, cast.mareme):
        assert same_as_unknown(sign_in(stranger), "case_reflection", case.pk)
