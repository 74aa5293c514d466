"""How much one person may open: a limit an hour, an alert on far more than usual, and a way to somebody in danger."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.urls import reverse

from audit import clock
from audit.models import Event
from referral.models import Case, CaseConference, Guardian, Notice, Reveals
from referral.services import basis, conferences, guardians, pace, rights
from referral.services.watch import RULES
from tests import canary
from tests import cast as c
from tests.referral import life, registers
from tests.referral.attaching import attached
from tests.referral.importing import written
from tests.referral.pages import later, press, sign_in, values_of
from tests.referral.story import fr
from tests.referral.test_case_consent import LODGING, TOLD, answers
from tests.referral.test_consent_talk import CLEAR, to_centre

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

HEADING = "You have opened many masked parts in this hour"


@pytest.fixture
def case(cast: c.Cast, settings: Any) -> Case:
    settings.RELAIS_REVEALS_PER_HOUR = 2
    return c.open_case(cast)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Looks are read where they were written: in a test both aliases are transactions of their own."""
    apart = connections["audit"]
    connections["audit"] = connections["default"]
    yield
    connections["audit"] = apart


def reveal(user: Any, case: Case, *groups: str, reason: str = "care") -> Any:
    asked = {"groups": list(groups or ["health"]), "reason": reason}
    return sign_in(user).post(reverse("case_reveal", args=[case.pk]), asked)


def alerts(case: Case) -> list[str]:
    rows = Event.objects.using("audit").filter(verb="alert", case_id=case.pk).order_by("seq")
    return list(rows.values_list("scope", flat=True))


def told(case: Case) -> list[str]:
    return sorted(n.user.name for n in Notice.objects.filter(object_id=case.pk).select_related("user"))


def used(user: Any, counted: int, *, days: int = 0) -> None:
    """So much was opened some days ago, in one hour."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    Reveals.objects.update_or_create(user=user, hour=hour, defaults={"counted": counted})


def test_sixty_an_hour_unless_said_otherwise() -> None:
    assert django_settings.RELAIS_REVEALS_PER_HOUR == 60


def test_beyond_the_limit_nothing_opens_and_the_supervisors_hear_once(
    cast: c.Cast, case: Case, one_connection: None
) -> None:
    for _ in range(2):
        assert reveal(cast.aissatou, case).status_code == 200
    assert (alerts(case), told(case)) == ([], [])
    for _ in range(2):
        answer = reveal(cast.aissatou, case)
        assert answer.status_code == 429
        assert canary.found(c.SECRETS.values(), answer.content) == []
        assert fr(HEADING) in answer.content.decode()
        assert answer["Retry-After"]
    assert (alerts(case), told(case)) == (["reveals.limit"], ["Bineta"])
    assert fr("Many reveals") in sign_in(cast.bineta).get(reverse("notices")).content.decode()
    refused = Event.objects.using("audit").filter(actor_id=cast.aissatou.pk, outcome="denied")
    assert {event.reason_code for event in refused} == {"TOO_MANY_REVEALS"}
    assert Event.objects.using("audit").filter(verb="reveal", case_id=case.pk).count() == 2


def test_the_limit_is_of_one_person_and_one_hour(cast: c.Cast, case: Case) -> None:
    for _ in range(3):
        last = reveal(cast.aissatou, case)
    assert last.status_code == 429
    assert reveal(cast.bineta, case, reason="supervise").status_code == 200
    later(hours=1)
    assert reveal(cast.aissatou, case).status_code == 200


@pytest.mark.parametrize("way", ["edit", "words", "file"])
def test_there_is_no_other_way_around_it(cast: c.Cast, case: Case, way: str) -> None:
    """The page that corrects a part shows it; so do the papers."""
    attachment = attached(cast, case)
    used(cast.aissatou, 2)
    client, why = sign_in(cast.aissatou), {"reason": "contact"}
    if way == "edit":
        answer = client.get(f"{reverse('case_edit', args=[case.pk])}?part=health")
    else:
        name = {"words": "attachment", "file": "attachment_file"}[way]
        answer = client.post(reverse(name, args=[attachment.pk]), why)
    assert answer.status_code == 429
    assert canary.found(["canari"], answer.content) == []


def guardian_of(cast: c.Cast, case: Case) -> Guardian:
    with c.acting(cast.aissatou) as actor:
        said = guardians.Particulars(relation="mother", name="Tante Canari")
        return guardians.add_guardian(case.pk, by=actor, at=clock.now(), said=said)


def conference_of(cast: c.Cast, case: Case) -> CaseConference:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        return conferences.record_conference(
            case.pk, by=actor, at=at, held_at=at, organisations=[cast.unit.pk], view="vœu canari"
        )


def asked_by(cast: c.Cast, case: Case) -> UUID:
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        said = {"kind": "access", "identified": "known", "note": "demande canari"}
        return rights.record_request(case.pk, by=actor, at=at, received_at=at, **said).pk


def report_on(cast: c.Cast, case: Case) -> str:
    return reverse("request_report", args=[asked_by(cast, case)])


def screened(cast: c.Cast, case: Case) -> str:
    url = reverse("case_screening", args=[case.pk])
    assert press(sign_in(cast.aissatou), url, exploitation=["Servitude"]).status_code == 302
    return url


#: Way -> (address, what is sent; a page is opened where nothing is).
PAGES: dict[str, Callable[[c.Cast, Case], tuple[str, dict[str, str] | None]]] = {
    "screening": lambda cast, case: (screened(cast, case), None),
    "elements": lambda cast, case: (
        reverse("case_reveal", args=[case.pk]),
        {"groups": "screening", "reason": "care"},
    ),
    "request": lambda cast, case: (reverse("request", args=[asked_by(cast, case)]), None),
    "talk": lambda cast, case: (to_centre(cast, guardian_of(cast, case).case), None),
    "guardians": lambda cast, case: (reverse("guardians", args=[guardian_of(cast, case).case_id]), None),
    "guardian": lambda cast, case: (reverse("guardian_edit", args=[guardian_of(cast, case).pk]), None),
    "conference": lambda cast, case: (reverse("conference", args=[conference_of(cast, case).pk]), None),
    "report": lambda cast, case: (report_on(cast, case), {}),
    "changes": lambda cast, case: (reverse("case_changes", args=[case.pk]), {"reason": "care"}),
}


@pytest.mark.parametrize("way", PAGES)
def test_every_page_that_opens_something_is_counted(cast: c.Cast, case: Case, way: str) -> None:
    url, sent = PAGES[way](cast, case)
    client = sign_in(cast.aissatou)
    for expected in (200, 429):
        answer = client.get(url) if sent is None else client.post(url, sent)
        assert answer.status_code == expected
        used(cast.aissatou, 2)
    assert canary.found(["canari", "Canari", *c.SECRETS.values()], answer.content) == []


def test_what_a_register_said_is_counted_too(cast: c.Cast, settings: Any) -> None:
    written(cast, registers.text(("prs_FirstName", "prs_Salutation"), ("Awa", "Mme Canari")))
    settings.RELAIS_REVEALS_PER_HOUR = 1
    url, client = reverse("case_imported", args=[Case.objects.get().pk]), sign_in(cast.aissatou)
    assert client.post(url, {"reason": "care"}).status_code == 200
    answer = client.post(url, {"reason": "care"})
    assert answer.status_code == 429
    assert canary.found(["Canari"], answer.content) == []


def to_countersign(cast: c.Cast, case: Case, code: str = "child_protection") -> str:
    with c.acting(cast.aissatou) as actor:
        ground = basis.record_ground(
            case.pk,
            by=actor,
            at=clock.now(),
            code=code,
            recipient=cast.centre,
            purpose="services",
            groups=["needs"],
            reason="nécessité canari",
            best_interest=dict.fromkeys(("safety", "view", "guardian"), "réponse canari"),
        )
    return reverse("ground_decide", args=[ground.pk])


def to_approve(cast: c.Cast, case: Case) -> str:
    task = life.asked(cast, life.agreed(cast)).case.tasks.get(kind="approve_transfer")
    return reverse("task_decide", args=[task.pk])


def to_judge(cast: c.Cast, case: Case) -> str:
    guardian = guardian_of(cast, case)
    with c.acting(cast.aissatou) as actor:
        said = {"standing": "suspected", "reason": "soupçon canari"}
        guardians.propose_standing(guardian.pk, by=actor, at=clock.now(), version=1, **said)
    return reverse("guardian_reason", args=[guardian.pk])


@pytest.mark.parametrize(
    ("asked", "sent"), [(to_countersign, None), (to_approve, None), (to_judge, {"reason": "supervise"})]
)
def test_the_second_person_opens_no_more_than_others(
    cast: c.Cast, case: Case, asked: Callable[[c.Cast, Case], str], sent: dict[str, str] | None
) -> None:
    """And decides all the same on what was opened: the words alone stay closed on a form that comes back."""
    url, client = asked(cast, case), sign_in(cast.bineta)
    page = client.get(url) if sent is None else client.post(url, sent)
    assert (page.status_code, "canari" in page.content.decode()) == (200, True)
    assert Reveals.objects.get(user=cast.bineta).counted == 1
    used(cast.bineta, 2)
    answer = client.get(url) if sent is None else client.post(url, sent)
    assert (answer.status_code, "canari" in answer.content.decode()) == (429, False)
    if sent is None:
        again = client.post(url, values_of(page.context["form"]))
        assert (again.status_code, "canari" in again.content.decode()) == (200, False)
        chosen = values_of(page.context["form"]) | {"approve": "yes"}
        assert client.post(url, chosen).status_code == 302


def test_vital_danger_is_decided_on_beyond_the_limit_once(cast: c.Cast, case: Case) -> None:
    url, client = to_countersign(cast, case, "vital_danger"), sign_in(cast.bineta)
    used(cast.bineta, 2)
    assert [client.get(url).status_code for _n in range(2)] == [200, 429]
    assert alerts(case) == ["reveals.beyond", "reveals.limit"]


def test_what_is_opened_with_one_press_is_one_look(cast: c.Cast, case: Case) -> None:
    screened(cast, case)
    assert reveal(cast.aissatou, case, "health", "screening").status_code == 200
    assert Reveals.objects.get(user=cast.aissatou).counted == 1
    used(cast.aissatou, 2)
    # Nothing slips through with the contact of a person to be reached.
    assert reveal(cast.aissatou, case, "contact", "screening", reason="contact").status_code == 429
    assert reveal(cast.aissatou, case, "contact", reason="contact").status_code == 200


def test_nothing_stops_a_correction_or_a_talk_that_has_begun(cast: c.Cast, case: Case) -> None:
    guardian = guardian_of(cast, case)
    client, url = sign_in(cast.aissatou), reverse("guardian_edit", args=[guardian.pk])
    shown = values_of(client.get(url).context["form"])
    talk = client.get(to_centre(cast, case))
    assert "Tante Canari" in talk.content.decode()
    used(cast.aissatou, 2)
    assert client.post(url, shown | {"relation": "father"}).status_code == 302
    guardian.refresh_from_db()
    assert guardian.relation == "father"
    # What was typed in the talk comes back, without the names; and the whole of it is recorded.
    typed = values_of(talk.context["form"]) | TOLD | {"assent": "oui canari", **CLEAR}
    again = client.post(to_centre(cast, case), typed)
    assert (again.status_code, "oui canari" in again.content.decode()) == (200, True)
    assert "Tante Canari" not in again.content.decode()
    done = client.post(to_centre(cast, case), typed | answers(cast.centre, LODGING))
    assert done.status_code == 302


def test_a_talk_that_opens_nothing_is_no_look(cast: c.Cast, case: Case) -> None:
    used(cast.aissatou, 2)
    assert sign_in(cast.aissatou).get(to_centre(cast, case)).status_code == 200


def test_a_person_in_danger_can_still_be_reached_once_and_it_is_told(cast: c.Cast, case: Case) -> None:
    used(cast.aissatou, 2)
    for groups, reason in ((["contact", "health"], "contact"), (["contact"], "care")):
        answer = reveal(cast.aissatou, case, *groups, reason=reason)
        assert answer.status_code == 429
        assert "danger" in answer.content.decode()
    reached = reveal(cast.aissatou, case, "contact", reason="contact")
    assert reached.status_code == 200
    assert c.SECRETS["phone"].replace(" ", "") in reached.content.decode().replace("\xa0", "").replace(
        " ", ""
    )
    assert alerts(case) == ["reveals.limit", "reveals.beyond"]
    assert told(case) == ["Bineta", "Bineta"]
    assert reveal(cast.aissatou, case, "contact", reason="contact").status_code == 429


def test_the_file_says_that_somebody_opened_far_more_than_usual(
    cast: c.Cast, case: Case, one_connection: None
) -> None:
    used(cast.aissatou, 2)
    reveal(cast.aissatou, case)
    looks = sign_in(cast.bineta).get(reverse("case", args=[case.pk])).context["looks"]
    assert [(look["who"], str(look["what"])) for look in looks[:1]] == [
        ("Aissatou", fr("opened far more than usual"))
    ]


@pytest.mark.parametrize(
    ("before", "today", "alerted"),
    [
        ([4, 4, 4, 4, 4], 12, True),  # the thirteenth is more than three times four
        ([4, 4, 4, 4, 4], 11, False),
        ([4, 4, 4, 4, 4], 13, False),  # told once a day
        ([1, 1, 1, 1, 1], 9, False),  # few are never many
        ([1, 1, 1, 1, 1], 10, True),
        ([4, 4, 4, 4], 12, False),  # nobody knows yet what is usual
    ],
)
def test_three_times_the_usual_is_told(
    cast: c.Cast, case: Case, settings: Any, before: list[int], today: int, alerted: bool
) -> None:
    settings.RELAIS_REVEALS_PER_HOUR = 100
    for days, counted in enumerate(before, start=1):
        used(cast.aissatou, counted, days=days)
    used(cast.aissatou, today)
    assert reveal(cast.aissatou, case).status_code == 200
    assert alerts(case) == (["reveals.unusual"] if alerted else [])
    assert told(case) == (["Bineta"] if alerted else [])


def test_nobody_is_told_of_oneself(cast: c.Cast, case: Case) -> None:
    used(cast.bineta, 2)
    assert reveal(cast.bineta, case, reason="supervise").status_code == 429
    assert (alerts(case), told(case)) == (["reveals.limit"], [])


def test_numbers_are_forgotten_after_a_month(cast: c.Cast) -> None:
    used(cast.aissatou, 5, days=29)
    used(cast.aissatou, 5, days=27)
    assert "reveals" in RULES
    assert pace.forget(clock.now()) == 1
    assert Reveals.objects.count() == 1


def test_the_last_five_looks_stand_on_the_page_of_the_file(
    cast: c.Cast, case: Case, settings: Any, one_connection: None
) -> None:
    settings.RELAIS_REVEALS_PER_HOUR = 30
    for _ in range(7):
        reveal(cast.bineta, case, reason="supervise")
    page = sign_in(cast.aissatou).get(reverse("case", args=[case.pk]))
    assert [look["who"] for look in page.context["looks"]] == ["Bineta"] * 5
    assert reverse("case_looks", args=[case.pk]) in page.content.decode()
    assert canary.found(c.SECRETS.values(), page.content) == []
