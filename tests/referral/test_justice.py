"""Steps of justice: by their date, confirmed by the court they name, and what follows from them for the person."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit import clock
from audit.models import Event
from referral.enums import TaskKind
from referral.models import JusticeStep, Notice, Task
from referral.prosecution import JusticeStepKind, RemovalBar, lawyer_missing, removal_bar
from referral.services.cases import close_case
from tests import cast as c
from tests.referral.pages import press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
K = JusticeStepKind


def step(kind, day=1):
    return SimpleNamespace(kind=kind, on=date(2026, 3, day))


def on(day: date) -> dict[str, str]:
    return {"on_day": str(day.day), "on_month": str(day.month), "on_year": str(day.year)}


def days_ahead(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


@pytest.mark.parametrize(
    ("steps", "bar"),
    [
        ([], None),
        ([step(K.COMPLAINT), step(K.INQUIRY), step(K.COMPENSATION)], None),
        ([step(K.HEARING, 9), step(K.PROSECUTION, 4)], RemovalBar(date(2026, 3, 4), None)),
        (
            [step(K.INSTRUCTION, 4), step(K.JUDGMENT, 8), step(K.FINAL, 20)],
            RemovalBar(date(2026, 3, 4), date(2026, 3, 20)),
        ),
    ],
)
def test_removal_is_barred_from_the_prosecution_to_the_final_decision(steps, bar):
    assert removal_bar(steps) == bar


def test_the_bar_lasts_until_the_day_of_the_decision():
    bar = RemovalBar(date(2026, 3, 4), date(2026, 3, 20))
    assert [bar.lasts(date(2026, 3, day)) for day in (4, 19, 20)] == [True, True, False]


def test_a_hearing_ahead_is_no_end_of_the_bar(cast):
    case = c.open_case(cast)
    owner, url = sign_in(cast.aissatou), reverse("case_justice", args=[case.pk])
    press(owner, url, kind=K.HEARING, **on(days_ahead(40)))
    shown = owner.get(url).context["bar"]
    assert "2005-06" in shown


@pytest.mark.parametrize(
    ("kinds", "protected", "missing"),
    [
        ([K.INQUIRY], True, True),
        ([K.INQUIRY], False, False),
        ([K.INQUIRY, K.LAWYER], True, False),
        ([K.COMPLAINT], True, False),
    ],
)
def test_whom_the_law_gives_a_lawyer(kinds, protected, missing):
    assert lawyer_missing([step(kind) for kind in kinds], protected=protected) is missing


def test_a_step_is_entered_confirmed_by_its_court_and_the_owner_hears(cast):
    case = c.open_case(cast)
    owner, url = sign_in(cast.aissatou), reverse("case_justice", args=[case.pk])
    answer = press(
        owner, url, kind=K.PROSECUTION, **on(days_ahead(-3)), court=str(cast.court.pk), number="RP 12 canari"
    )
    assert answer.status_code == 302
    page = owner.get(url).content.decode()
    assert "RP 12 canari" in page
    assert "article" in page  # the bar to removal
    entered = JusticeStep.objects.get()
    registry = sign_in(cast.habib)
    assert "RP 12 canari" not in registry.get(reverse("steps")).content.decode()
    confirm = reverse("step_confirm", args=[entered.pk])
    shown = registry.get(confirm).content.decode()
    assert "RP 12 canari" in shown
    assert [secret for secret in c.SECRETS.values() if secret in shown] == []
    assert press(registry, confirm).status_code == 302
    entered.refresh_from_db()
    assert entered.confirmed_by_id == cast.habib.pk
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk).exists()
    assert (
        Event.objects.using("audit")
        .filter(object_id=entered.pk, verb="reveal", actor_id=cast.habib.pk)
        .exists()
    )
    assert press(registry, confirm).context["form"].stale  # twice is once


def test_only_courts_prosecution_and_aemo_are_offered_as_courts_and_in_the_order_of_a_dictionary(cast):
    with c.acting(), transaction.atomic():
        for name, kind in (
            ("Écoute éducative", "aemo"),
            ("parquet de Dakar", "prosecution"),
            ("Zone de la frontière", "border"),
            ("Brigade", "gendarmerie"),
        ):
            c.organisation(name, kind, cast.region)
    case, owner = c.open_case(cast), sign_in(cast.aissatou)
    for page in ("case_justice", "title", "guardian_new"):
        field = owner.get(reverse(page, args=[case.pk])).context["form"]["court"].field
        offered = [court.name for court in field.queryset]
        assert offered == ["Écoute éducative", "parquet de Dakar", "Tribunal"], page


def test_a_child_at_the_inquiry_needs_a_lawyer_until_one_is_named(cast):
    case = c.open_case(cast)
    owner, url = sign_in(cast.aissatou), reverse("case_justice", args=[case.pk])
    press(owner, url, kind=K.INQUIRY, **on(days_ahead(-1)))
    press(owner, url, kind=K.PROSECUTION, **on(days_ahead(0)))
    assert Task.objects.filter(case=case, kind=TaskKind.LAWYER, done_at=None).count() == 1
    press(owner, url, kind=K.LAWYER, **on(days_ahead(0)))
    assert not Task.objects.filter(case=case, kind=TaskKind.LAWYER, done_at=None).exists()


def test_an_adult_in_good_health_is_not_told_to_take_one(cast):
    case = c.open_case(cast, **c.WOMAN | {"flags": []})
    press(
        sign_in(cast.aissatou), reverse("case_justice", args=[case.pk]), kind=K.INQUIRY, **on(days_ahead(0))
    )
    assert not Task.objects.filter(case=case, kind=TaskKind.LAWYER).exists()


def test_a_hearing_ahead_asks_for_somebody_to_go_along_until_it_is_struck(cast):
    case = c.open_case(cast)
    owner, url = sign_in(cast.aissatou), reverse("case_justice", args=[case.pk])
    press(owner, url, kind=K.HEARING, **on(days_ahead(12)), court=str(cast.court.pk))
    task = Task.objects.get(case=case, kind=TaskKind.ACCOMPANY)
    assert timezone.localdate(task.due_at) == days_ahead(12)
    strike = reverse("step_strike", args=[JusticeStep.objects.get().pk])
    assert press(owner, strike).status_code == 302
    task.refresh_from_db()
    assert task.done_at is not None
    assert JusticeStep.objects.get().struck_at is not None
    assert owner.get(strike).status_code == 404
    assert sign_in(cast.habib).get(reverse("steps")).context["waiting"] == []


def test_what_has_not_happened_yet_cannot_be_written_down_as_done(cast):
    case = c.open_case(cast)
    url = reverse("case_justice", args=[case.pk])
    answer = press(sign_in(cast.aissatou), url, kind=K.COMPLAINT, **on(days_ahead(2)), number="gardé")
    assert answer.status_code == 200
    assert "gardé" in answer.content.decode()
    assert not JusticeStep.objects.exists()


def test_nobody_plans_a_statement_in_the_reflection_period_unless_the_person_asks(cast):
    case = c.open_case(cast, **c.WOMAN)
    owner, url = sign_in(cast.aissatou), reverse("case_justice", args=[case.pk])
    press(owner, reverse("case_reflection", args=[case.pk]))
    refused = press(owner, url, kind=K.STATEMENT, **on(days_ahead(5)))
    assert refused.status_code == 200
    assert Event.objects.using("audit").filter(reason_code="NOT_POSSIBLE_STATEMENT").exists()
    assert not JusticeStep.objects.exists()
    assert press(owner, url, kind=K.STATEMENT, **on(days_ahead(5)), asked_by_person="on").status_code == 302
    assert press(owner, url, kind=K.STATEMENT, **on(days_ahead(60))).status_code == 302


def test_strangers_and_other_courts_find_nothing(cast):
    case = c.open_case(cast)
    owner = sign_in(cast.aissatou)
    press(
        owner,
        reverse("case_justice", args=[case.pk]),
        kind=K.HEARING,
        **on(days_ahead(3)),
        court=str(cast.court.pk),
    )
    pk = JusticeStep.objects.get().pk
    for stranger in (cast.codou, cast.gora, cast.ibrahima):
        assert same_as_unknown(sign_in(stranger), "step_confirm", pk)
        assert same_as_unknown(sign_in(stranger), "step_strike", pk)
    assert sign_in(cast.bineta).get(reverse("step_strike", args=[pk])).status_code == 403


def test_a_closed_file_takes_no_step(cast):
    case = c.open_case(cast)
    owner = sign_in(cast.aissatou)
    page = owner.get(reverse("case_justice", args=[case.pk]))
    with c.acting(cast.bineta) as actor:
        close_case(case.pk, by=actor, at=clock.now(), version=case.version, reason_code="PERSON_REQUEST")
    answer = owner.post(
        reverse("case_justice", args=[case.pk]),
        {"key": page.context["form"]["key"].value(), "kind": K.COMPLAINT, **on(days_ahead(0))},
    )
    assert answer.status_code == 200
    assert not JusticeStep.objects.exists()
