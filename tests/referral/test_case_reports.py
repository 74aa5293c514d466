"""A reporter's short report becomes a case elsewhere; the reporter follows as much of it as is safe."""

from typing import Any

import pytest
from django.urls import reverse

from audit.models import Event
from audit.rows import write
from referral.models import Case, Notice, Task
from tests import cast as c
from tests.referral.pages import press, sign_in, values_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

NEW = "/alerts/new/"


def report(cast: c.Cast, user: Any = None, **typed: Any) -> Any:
    least = {"urgency": "emergency", "age_status": "child", "sex": "male", "region": cast.region.code}
    return press(sign_in(user or cast.gora), NEW, **least | typed)


def test_a_report_becomes_a_case_of_the_regions_organisation(cast: c.Cast) -> None:
    assert report(cast, alias="Alias Canari", phone="+221 77 000 00 99").url == reverse("alerts")
    case = Case.objects.get()
    assert (case.organisation, case.state, case.owner, case.reported_by) == (
        cast.unit,
        "signaled",
        None,
        cast.gora,
    )
    task = Task.objects.get(kind="take_in_report")
    assert (task.owner, task.organisation) == (None, cast.unit)
    assert {notice.user for notice in Notice.objects.all()} == {cast.aissatou, cast.bineta}
    assert Event.objects.filter(verb="create", object_type="referral.case").count() == 1


def test_it_asks_for_no_name_and_no_story(cast: c.Cast) -> None:
    asked = sign_in(cast.gora).get(NEW).context["form"].fields
    assert (
        not {"family_name", "given_names", "birth_date", "nationality", "narrative", "health", "documents"}
        & asked.keys()
    )


def test_police_learn_three_words_and_a_hotline_the_state(cast: c.Cast) -> None:
    report(cast, alias="Alias Canari")
    case = Case.objects.get()
    client = sign_in(cast.gora)

    def shown() -> Any:
        return client.get(reverse("alerts")).context["rows"][0]

    body = client.get(reverse("alerts")).content.decode()
    assert "Canari" not in body
    assert cast.unit.name not in body
    assert case.reference not in body.replace(" ", "")
    received = shown()["label"]
    with c.acting(cast.aissatou) as actor:
        case = c.cases.take_in(case.pk, by=actor, at=c.clock.now(), version=case.version)
    screening = shown()
    with c.acting(cast.aissatou) as actor:
        c.cases.protect(case.pk, by=actor, at=c.clock.now(), version=case.version)
    assert shown() == screening
    assert received != screening["label"]
    with c.acting(), c.transaction.atomic():
        hotline = c.organisation("Ligne", "hotline", cast.region)
        listener = c.person("listener", hotline, "reporter", at=cast.at)
    report(cast, user=listener)
    [own] = sign_in(listener).get(reverse("alerts")).context["rows"]
    assert own["state"] == "signaled"


def test_a_reporter_reads_nothing_of_the_file(cast: c.Cast) -> None:
    report(cast)
    case = Case.objects.get()
    for name in ("case", "case_take_in", "case_looks"):
        assert sign_in(cast.gora).get(reverse(name, args=[case.pk])).status_code == 404
    assert sign_in(cast.gora).get("/cases/").status_code == 403


@pytest.mark.parametrize("rule", ["none", "suspended"])
def test_a_report_of_a_region_without_an_open_house_goes_to_the_national_unit(
    cast: c.Cast, rule: str
) -> None:
    """As the page of the regions says."""
    with c.acting(), c.transaction.atomic():
        cast.region.reports_to = None if rule == "none" else cast.ngo
        write(cast.region, fields=["reports_to"])
        cast.ngo.status = "suspended"
        write(cast.ngo, fields=["status"])
    assert report(cast).status_code == 302
    assert Case.objects.get().organisation == cast.unit


def test_where_nobody_takes_reports_in_it_is_said_and_nothing_is_sent(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        cast.region.reports_to = None
        write(cast.region, fields=["reports_to"])
        cast.unit.is_national_unit = False
        write(cast.unit, fields=["is_national_unit"])
    answer = report(cast, hours="le soir")
    assert "region" in answer.context["form"].errors
    assert "le soir" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("missing", ["urgency", "age_status", "sex", "region"])
def test_what_is_compulsory_is_asked_for(cast: c.Cast, missing: str) -> None:
    assert missing in report(cast, **{missing: ""}).context["form"].errors
    assert not Case.objects.exists()


def test_a_report_sent_twice_is_one(cast: c.Cast) -> None:
    client = sign_in(cast.gora)
    least = {"urgency": "urgent", "age_status": "child", "sex": "male", "region": cast.region.code}
    typed = values_of(client.get(NEW).context["form"]) | least
    client.post(NEW, typed)
    client.post(NEW, typed)
    assert Case.objects.count() == 1


def test_only_reporters_report(cast: c.Cast) -> None:
    for who in ("aissatou", "codou", "mareme"):
        assert sign_in(cast.people[who]).get(NEW).status_code == 403
        assert sign_in(cast.people[who]).get(reverse("alerts")).status_code == 403
