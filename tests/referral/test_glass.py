"""Break-glass: one file, an hour, to read; told at once, reviewed by somebody else, suspended otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import OrganisationStatus
from partners.models import Region, User
from referral.models import BreakGlass, Case, Notice, Task, TimedReading
from referral.queries.glass import reviewing_organisation
from referral.references import new_reference
from referral.services.clock import run
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.referral.test_erasure import erased
from tests.referral.test_orders import bind
from tests.referral.test_races import client_of, together

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

PASSWORD = "baobab lampe rivière onze"
WORDS = "La gare routière appelle : motif canari, personne ne répond au centre depuis hier soir."
KNOWN = make_password(PASSWORD)


def set_password(*people: User) -> None:
    for user in people:
        with c.acting(), transaction.atomic():
            user.password = KNOWN
            c.write(user, "admin.password", fields=["password"])


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """Of the centre; Ibrahima is of the national unit."""
    set_password(cast.ibrahima)
    return c.open_case(cast, by=cast.daouda)


def typed(case: Case, **more: Any) -> dict[str, Any]:
    return {"reference": case.reference, "reason": "DANGER", "words": WORDS, "password": PASSWORD} | more


def broken(client: Client, case: Case, **more: Any) -> Any:
    return press(client, reverse("break_glass"), **typed(case, **more))


def told(user: User) -> list[Notice]:
    return list(Notice.objects.filter(user=user))


def denied(user: User) -> set[str]:
    found = Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied")
    return set(found.values_list("reason_code", flat=True))


def test_the_file_opens_for_an_hour_and_the_owner_and_another_house_hear_of_it_at_once(
    cast: c.Cast, case: Case
) -> None:
    coordinator = sign_in(cast.ibrahima)
    spoken_aloud = f"{case.reference[:3]}-{case.reference[3:]}".lower()
    answer = broken(coordinator, case, reference=spoken_aloud)
    assert answer.headers["Location"] == reverse("case", args=[case.pk])
    page = coordinator.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Lecture seule" in page.content.decode()
    glass = BreakGlass.objects.get()
    assert glass.reading.until - glass.reading.opened_at == timedelta(minutes=60)
    assert glass.review_due - glass.reading.opened_at == timedelta(hours=72)
    for who in (cast.daouda, cast.elisabeth):
        [notice] = told(who)
        assert (notice.action_needed, notice.due_at) == (True, glass.review_due)
        shown = sign_in(who).get(reverse("notices")).content.decode()
        assert "canari" not in shown.lower()
    assert told(cast.daouda)[0].reference == case.reference
    said = sign_in(cast.daouda).get(reverse("notices")).content.decode()
    assert "Accès d’urgence à un dossier" in said
    assert "Faire la revue" not in said, "it is somebody else's to do"
    opened = Event.objects.get(verb="breakglass.open")
    assert (opened.actor_id, opened.case_id, opened.scope) == (cast.ibrahima.pk, case.pk, "DANGER")
    assert "canari" not in str(opened.__dict__).lower()


def test_the_owner_reads_in_who_looked_that_it_was_broken_by_which_house_and_why(
    cast: c.Cast, case: Case, one_connection: None
) -> None:
    broken(sign_in(cast.ibrahima), case)
    rows = sign_in(cast.daouda).get(reverse("case_looks", args=[case.pk])).context["rows"]
    assert [(row["who"], row["what"], row["why"]) for row in rows] == [
        ("Unité nationale", "accès d’urgence au dossier", "Quelqu’un est en danger maintenant")
    ]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"password": "autre chose"}, "password"),
        ({"reference": new_reference()}, "reference"),
        ({"reference": "ABC"}, "reference"),
        ({"words": "Trop court"}, "words"),
        ({"words": " " * 60}, "words"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_said_keeps_what_was_typed_and_opens_nothing(
    cast: c.Cast, case: Case, more: dict[str, str], wrong: str
) -> None:
    answer = broken(sign_in(cast.ibrahima), case, **more)
    assert set(answer.context["form"].errors) == {wrong}
    body = answer.content.decode()
    assert (typed(case, **more)["words"].strip() or "textarea") in body
    assert PASSWORD not in body
    assert not TimedReading.objects.exists()
    assert not Notice.objects.exists()


def test_an_erased_file_is_like_one_that_never_was_and_guessing_ends(cast: c.Cast, case: Case) -> None:
    gone = erased(cast)
    coordinator, words = sign_in(cast.ibrahima), set()
    for reference in (gone.reference, *(new_reference() for _try in range(4))):
        answer = broken(coordinator, case, reference=reference)
        words.add(str(answer.context["form"].errors))
    assert len(words) == 1
    assert denied(cast.ibrahima) == {"NO_SUCH_CASE"}
    assert broken(coordinator, case).context["form"].non_field_errors()
    assert "TOO_MANY_TRIES" in denied(cast.ibrahima)
    later(minutes=61)
    assert broken(sign_in(cast.ibrahima), case).status_code == 302


def test_a_wrong_password_says_nothing_of_the_reference(cast: c.Cast, case: Case) -> None:
    coordinator = sign_in(cast.ibrahima)
    answers = [
        str(broken(coordinator, case, password="non", reference=each).context["form"].errors)
        for each in (case.reference, new_reference())
    ]
    assert answers[0] == answers[1]


def test_nobody_but_coordination_breaks_the_glass(cast: c.Cast, case: Case) -> None:
    for who in ("aissatou", "bineta", "elisabeth", "codou", "gora", "habib", "khady", "lamine", "mareme"):
        answer = sign_in(cast.people[who]).post(reverse("break_glass"), typed(case))
        assert answer.status_code == 403, who
    assert not TimedReading.objects.exists()
    assert "form" not in sign_in(cast.elisabeth).get(reverse("break_glass")).context["to_review"]


def test_one_at_a_time_until_it_ends_by_hand_or_by_the_clock(cast: c.Cast, case: Case) -> None:
    coordinator, another = sign_in(cast.ibrahima), c.open_case(cast, by=cast.daouda)
    broken(coordinator, case)
    page = coordinator.get(reverse("break_glass"))
    assert page.context["form"] is None
    assert page.context["today"] == 1
    forced = coordinator.post(reverse("break_glass"), typed(another) | {"key": str(another.pk)})
    assert forced.status_code == 200
    assert BreakGlass.objects.count() == 1
    coordinator.post(reverse("case_reading_end", args=[case.pk]))
    assert broken(coordinator, another).status_code == 302
    later(minutes=60)
    assert coordinator.get(reverse("case", args=[another.pk])).status_code == 404
    # The clock has not gone round yet: that the hour is over is enough.
    assert broken(coordinator, case).status_code == 302
    assert coordinator.get(reverse("break_glass")).context["today"] == 3


def test_the_clock_writes_down_that_a_reading_is_over(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    at = clock.now() + timedelta(minutes=61)
    with c.acting():
        assert run("readings", at) == 1
        assert run("readings", at) == 0
    reading = TimedReading.objects.get()
    assert reading.ended_at == reading.until


def test_somebody_else_reviews_it_in_codes_and_with_the_words_of_who_opened(
    cast: c.Cast, case: Case, one_connection: None
) -> None:
    coordinator = sign_in(cast.ibrahima)
    broken(coordinator, case)
    coordinator.post(reverse("case_reveal", args=[case.pk]), {"groups": ["identity"], "reason": "contact"})
    task = Task.objects.get(kind="review_glass")
    assert task.organisation == cast.centre
    elisabeth = sign_in(cast.elisabeth)
    [notice] = told(cast.elisabeth)
    there = elisabeth.post(reverse("notice", args=[notice.pk]), follow=True)
    assert there.request["PATH_INFO"] == reverse("glass_review", args=[task.pk])
    body = there.content.decode()
    assert WORDS in body
    assert "Ndiaye-Canari" not in body
    assert "nom" in body.lower()
    assert len(there.context["seen"]) == 2
    # Not who opened it, not a house that has nothing to do with it.
    assert coordinator.get(reverse("glass_review", args=[task.pk])).context["may"] is False
    assert sign_in(cast.fatou).get(reverse("glass_review", args=[task.pk])).status_code == 404
    said = {"verdict": "JUSTIFIED", "key": str(case.pk), "version": "1"}
    assert coordinator.post(reverse("glass_review", args=[task.pk]), said).status_code == 403
    answer = press(elisabeth, reverse("glass_review", args=[task.pk]), verdict="JUSTIFIED")
    assert answer.status_code == 302
    glass = BreakGlass.objects.get()
    assert (glass.reviewed_by, glass.verdict, glass.suspended_at) == (cast.elisabeth, "JUSTIFIED", None)
    task.refresh_from_db()
    assert task.done_at is not None
    assert Event.objects.get(verb="breakglass.review").scope == "JUSTIFIED"
    assert elisabeth.get(reverse("break_glass")).context["to_review"] == []
    # Once only.
    again = elisabeth.post(reverse("glass_review", args=[task.pk]), said | {"key": str(task.pk)})
    assert again.status_code == 200


def test_a_no_needs_words_and_ends_the_right_until_somebody_else_gives_it_back(
    cast: c.Cast, case: Case
) -> None:
    coordinator = sign_in(cast.ibrahima)
    broken(coordinator, case)
    coordinator.post(reverse("case_reading_end", args=[case.pk]))
    task = Task.objects.get(kind="review_glass")
    review, lift = (reverse(name, args=[task.pk]) for name in ("glass_review", "glass_lift"))
    elisabeth = sign_in(cast.elisabeth)
    assert press(elisabeth, review, verdict="NOT_JUSTIFIED").context["form"].errors
    assert press(elisabeth, review, verdict="NOT_JUSTIFIED", note="note canari").status_code == 302
    assert coordinator.get(reverse("break_glass")).context["form"] is None
    forced = coordinator.post(reverse("break_glass"), typed(case) | {"key": str(case.pk)})
    assert "NOT_POSSIBLE_GLASS" in denied(cast.ibrahima)
    assert forced.status_code == 200
    # Neither the person nor who reviewed gives it back.
    assert coordinator.get(lift).status_code == 403
    assert elisabeth.get(lift).status_code == 403
    for who in (cast.bineta, cast.khady):
        assert sign_in(who).get(lift).status_code == 200
    assert press(sign_in(cast.bineta), lift, reason="").context["form"].errors
    assert press(sign_in(cast.bineta), lift, reason="raison canari").status_code == 302
    assert broken(coordinator, case).status_code == 302
    assert sign_in(cast.bineta).get(lift).status_code == 404


def test_what_nobody_reviews_in_72_hours_suspends_with_or_without_the_clock(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)

    def form() -> Any:
        return sign_in(cast.ibrahima).get(reverse("break_glass")).context["form"]

    later(hours=71)
    assert form() is not None
    later(hours=72)
    assert form() is None
    with c.acting():
        assert run("glasses", clock.now()) == 1
        assert run("glasses", clock.now()) == 0
    glass = BreakGlass.objects.get()
    assert (glass.suspended_why, glass.reviewed_at) == ("UNREVIEWED", None)
    assert Event.objects.filter(verb="revoke", reason_code="GLASS_UNREVIEWED").exists()
    assert {who for who in ("bineta", "khady", "ibrahima") if told(cast.people[who])} == {
        "bineta",
        "khady",
        "ibrahima",
    }
    # A late review is still due, and does not give the right back.
    review = reverse("glass_review", args=[glass.task_id])
    assert press(sign_in(cast.elisabeth), review, verdict="JUSTIFIED").status_code == 302
    assert form() is None
    lift = reverse("glass_lift", args=[glass.task_id])
    assert press(sign_in(cast.khady), lift, reason="raison canari").status_code == 302
    assert form() is not None


def test_the_reviewers_are_reminded_before_the_72_hours_are_over(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    made = clock.now()
    heard = [len(told(cast.elisabeth))]
    for hours in (25, 49, 73):
        with c.acting():
            run("tasks", made + timedelta(hours=hours))
        heard.append(len(told(cast.elisabeth)))
    assert heard == sorted(set(heard))
    task = Task.objects.get(kind="review_glass")
    assert not Notice.objects.filter(user=cast.ibrahima, object_id=task.pk).exists()


def test_another_house_reviews_a_file_of_ones_own_and_without_one_nothing_opens(cast: c.Cast) -> None:
    set_password(cast.ibrahima)
    case = c.open_case(cast)
    assert reviewing_organisation(case, cast.unit.pk) in (cast.centre, cast.ngo)
    with c.acting(), transaction.atomic():
        for house in (cast.centre, cast.ngo):
            house.refresh_from_db()
            house.status = OrganisationStatus.SUSPENDED
            c.write(house, fields=["status"])
    answer = broken(sign_in(cast.ibrahima), case)
    assert answer.context["form"].non_field_errors()
    assert not TimedReading.objects.exists()


def test_the_words_lie_in_no_column_in_clear(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    review = reverse("glass_review", args=[Task.objects.get(kind="review_glass").pk])
    press(sign_in(cast.elisabeth), review, verdict="FOLLOW_UP", note="note canari")
    with connection.cursor() as cursor:
        for table in ("breakglass", "historicalbreakglass", "task", "submission", "notice", "timedreading"):
            cursor.execute(f"SELECT t::text FROM referral_{table} t")
            assert "canari" not in str(cursor.fetchall()).lower(), table
    assert len(told(cast.daouda)) == 2, "opened, and to be followed up"


def test_what_is_to_be_followed_up_is_a_task_of_the_file_s_supervisors(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    review = reverse("glass_review", args=[Task.objects.get(kind="review_glass").pk])
    assert press(sign_in(cast.elisabeth), review, verdict="FOLLOW_UP", note="note canari").status_code == 302
    task = Task.objects.get(kind="follow_up_glass")
    assert (task.organisation, task.owner, task.done_at) == (cast.centre, None, None)
    elisabeth, way = sign_in(cast.elisabeth), reverse("task_done", args=[task.pk])
    assert way in elisabeth.get(f"{reverse('tasks')}?of=team").content.decode()
    assert "note canari" in elisabeth.get(way).content.decode()
    assert sign_in(cast.ibrahima).get(way).status_code == 404
    # Nobody moves it: in the end coordination hears.
    for days in (4, 8, 11, 13):
        with c.acting():
            run("tasks", clock.now() + timedelta(days=days))
    assert Notice.objects.filter(user=cast.ibrahima, object_id=task.pk).exists()
    assert press(elisabeth, way, note="fait").status_code == 302
    task.refresh_from_db()
    assert task.done_at is not None


def test_when_the_house_that_was_asked_has_nobody_left_the_auditors_hear(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    task = Task.objects.get(kind="review_glass")
    with c.acting(), transaction.atomic():
        cast.elisabeth.is_active = False
        c.write(cast.elisabeth, "admin.account", fields=["is_active"])
    with c.acting():
        run("tasks", clock.now() + timedelta(hours=25))
    assert Notice.objects.filter(user=cast.khady, object_id=task.pk).exists()
    assert not Notice.objects.filter(user=cast.ibrahima, object_id=task.pk).exists()
    review = reverse("glass_review", args=[task.pk])
    assert press(sign_in(cast.khady), review, verdict="JUSTIFIED").status_code == 302


def test_an_auditor_of_one_region_reviews_what_was_opened_there(cast: c.Cast, case: Case) -> None:
    broken(sign_in(cast.ibrahima), case)
    review = reverse("glass_review", args=[Task.objects.get(kind="review_glass").pk])
    elsewhere = Region.objects.exclude(pk=cast.region.pk).earliest("code")
    for region, expected in ((cast.region, 200), (elsewhere, 404)):
        bind(cast.khady, region)
        khady = sign_in(cast.khady)
        assert khady.get(review).status_code == expected
        assert len(khady.get(reverse("break_glass")).context["to_review"]) == (expected == 200)


@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_of_two_presses_at_once_one_opens(transactional_cast: c.Cast) -> None:
    cast = transactional_cast
    set_password(cast.ibrahima)
    cases = [c.open_case(cast, by=cast.daouda) for _each in range(2)]
    clients = [client_of(cast.ibrahima) for _each in cases]
    answers = together(
        *[
            lambda client=client, case=case: (
                client.post(reverse("break_glass"), typed(case) | {"key": str(case.pk)}).status_code
            )
            for client, case in zip(clients, cases, strict=True)
        ]
    )
    assert sorted(answers) == [200, 302]
    assert TimedReading.objects.count() == BreakGlass.objects.count() == 1
