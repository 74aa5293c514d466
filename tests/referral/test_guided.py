"""A file opened a topic at a time: kept at once, for its author alone; danger and need are enough (peers A15)."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from crypto import keyring
from crypto.models import DataKey
from referral.models import Case, ContactCard, Draft, Person, Screening, Task
from referral.topics import DECLINABLE, Topic
from tests import cast as c
from tests.referral.pages import press, sign_in, values_of
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

ANSWERS: dict[str, dict[str, Any]] = {
    "danger": {"urgency": "emergency", "risk": "high"},
    "need": {"first_needs": ["SHELTER_EMERG", "MED_GEN"], "needs": "dormir canari"},
    "age": {"age_status": "adult", "age_band": "21-29"},
    "sex": {"sex": "female"},
    "language": {"languages": ["wol"], "interpreter_needed": "yes"},
    "called": {"alias": "Alias Canari"},
    "contact": {"channels": ["phone"], "phone": "771234567", "words": "la couture"},
    "journey": {"acts": ["recruited"], "recruitment": ["SN_CONFIAGE"]},
    "control": {"control": ["WithholdsDocuments"]},
    "exploitation": {"exploitation": ["SN_DOMESTIC"], "places": ["house"]},
    "circumstances": {"non_punishment": "yes"},
    "children": {"children_0_5": "1"},
    "health": {"flags": ["mobility"], "health": "santé canari"},
    "card": {"card": "accepted", "card_answer": "Thiéboudiène"},
}


def page(about: Any, topic: str) -> str:
    return reverse("intake_topic", args=[about, topic])


def begin(client: Client, **answers: dict[str, Any]) -> str:
    """Answers these topics of a new intake; gives its id."""
    about = str(uuid4())
    for topic, typed in answers.items():
        assert press(client, page(about, topic), **typed).status_code == 302, topic
    return about


def least() -> dict[str, dict[str, Any]]:
    return {topic: ANSWERS[topic] for topic in ("danger", "need")}


def open_it(client: Client, about: str) -> Any:
    return press(client, reverse("intake_check", args=[about]))


def opened(row: Any, *names: str) -> list[Any]:
    with keyring.opened(), keyring.current().revealing(row):
        return [getattr(row, name) for name in names]


def test_each_answer_leads_to_the_next_topic_and_one_press_opens_the_file(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    start = client.get(reverse("case_new")).context["begin_url"]
    about = start.split("/")[3]
    assert start == page(about, "danger")
    url = start
    for topic in Topic:
        assert url == page(about, topic)
        if topic in ANSWERS:
            answer = press(client, url, **ANSWERS[topic])
        elif topic in DECLINABLE:
            answer = client.post(url, {"declined_topic": "1"})
        else:
            answer = press(client, url)
        assert answer.status_code == 302, topic
        url = answer.url
    assert url == reverse("intake_check", args=[about])
    assert not Case.objects.exists()

    shown = client.get(url).content.decode()
    for words in ("Alias Canari", "Hébergement d’urgence", "santé canari", "Travail domestique forcé"):
        assert words in shown
    assert re.search(r"Ne souhaite pas répondre|Does not wish to answer", shown)

    case = Case.objects.get(pk=open_it(client, about).url.split("/")[2])
    person = case.person
    assert (case.owner, case.urgency, case.risk, person.age_band) == (
        cast.aissatou,
        "emergency",
        "high",
        "21-29",
    )
    assert opened(person, "alias", "family_name", "first_needs", "declined") == [
        "Alias Canari",
        None,
        ["SHELTER_EMERG", "MED_GEN"],
        ["identity", "story"],
    ]
    [answers, non_punishment] = opened(Screening.objects.get(case=case), "answers", "non_punishment")
    assert answers["exploitation"] == ["SN_DOMESTIC"]
    assert (answers["places"], non_punishment) == (["house"], True)
    assert ContactCard.objects.get(case=case).outcome == "accepted"
    assert not Draft.objects.exists()


def test_danger_and_need_are_enough(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, danger={"urgency": "standard"}, need={"needs": "un lit"})
    assert client.get(reverse("intake", args=[about])).context["ready"]
    assert open_it(client, about).status_code == 302
    case = Case.objects.get()
    person = case.person
    assert (person.age_status, person.sex, case.region) == ("unknown", "unknown", cast.unit.region)
    assert not any(opened(person, "safe_contact")[0]["channels"].values())
    assert not Screening.objects.exists()
    assert not ContactCard.objects.exists()
    assert Task.objects.filter(kind="age_decision", case=case).exists()


@pytest.mark.parametrize("only", ["danger", "need"])
def test_without_danger_or_need_no_file_is_opened(cast: c.Cast, only: str) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **{only: ANSWERS[only]})
    assert not client.get(reverse("intake", args=[about])).context["ready"]
    answer = open_it(client, about)
    assert answer.status_code == 200
    missing = {"danger": "need", "need": "danger"}[only]
    assert [problem["url"] for problem in answer.context["problems"]] == [
        f"{page(about, missing)}?from=check"
    ]
    assert not Case.objects.exists()
    assert Draft.objects.filter(about=about).exists()


def test_what_a_page_cannot_take_is_said_there_and_kept(cast: c.Cast) -> None:
    client, about = sign_in(cast.aissatou), uuid4()
    answer = press(client, page(about, "age"), age_status="adult")
    assert "age_band" in answer.context["form"].errors
    answer = press(client, page(about, "called"), alias="x" * 81)
    assert (answer.status_code, "x" * 81 in answer.content.decode()) == (200, True)
    assert press(client, page(about, "card"), card="accepted").status_code == 200
    assert client.get(page(about, "nothing")).status_code == 404
    assert not Draft.objects.exists()


def test_answers_that_contradict_each_other_lead_back_to_their_page(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    born = {f"birth_date_{part}": str(number) for part, number in (("day", 1), ("month", 2), ("year", 1980))}
    about = begin(client, **least(), age={"age_status": "child"}, identity=born)
    shown = open_it(client, about)
    assert "1980" in shown.content.decode()
    problem, of_age = shown.context["problems"]
    assert [each["url"].split("/")[-2] for each in (problem, of_age)] == ["identity", "age"]
    back = press(client, problem["url"], **dict.fromkeys(born, ""))
    assert back.url == reverse("intake_check", args=[about])
    assert open_it(client, about).status_code == 302


def test_an_answer_can_be_changed_and_taken_back(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **least(), language={"languages": ["wol", "fra"]}, called={"alias": "Première"})
    assert press(client, page(about, "language"), languages=["fra"]).status_code == 302
    assert client.get(page(about, "language")).context["form"]["languages"].value() == ["fra"]
    client.post(page(about, "called"), {"declined_topic": "1"})
    open_it(client, about)
    assert opened(Person.objects.get(), "languages", "alias", "declined") == [["fra"], None, ["called"]]


def test_no_children_is_an_answer_and_no_answer_is_none(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    for typed, kept, shown in (
        ({}, None, ""),
        ({"children_0_5": "0"}, [], fr("None")),
        ({"children_0_5": "1"}, ["0-5"], "1"),
    ):
        about = begin(client, **least(), children=typed)
        case = Case.objects.get(pk=open_it(client, about).url.split("/")[2])
        assert opened(case.person, "children") == [kept]
        codes = dict(client.get(reverse("case", args=[case.pk])).context["codes"])
        assert codes[fr("Children with the person")].startswith(shown)
        assert bool(codes[fr("Children with the person")]) == bool(shown)


def test_a_topic_is_done_only_where_something_is_noted(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **least(), called={"topic": "called"}, contact={}, sex=ANSWERS["sex"])
    client.post(page(about, "health"), {"declined_topic": "1"})
    shown = client.get(reverse("intake", args=[about])).context["parts"]
    tasks = {task["url"].split("/")[-2]: task for part in shown for task in part["tasks"]}
    assert {topic for topic, task in tasks.items() if task["done"]} == {"danger", "need", "sex"}
    said = [tasks[topic]["status"] for topic in ("called", "contact", "health", "story")]
    assert said == [
        fr("Nothing noted"), fr("Nothing noted"), fr("Does not wish to answer"), fr("Can wait")
    ]  # fmt: skip


def test_the_number_of_a_paper_is_asked_and_found_and_never_shown_in_clear(cast: c.Cast) -> None:
    client, number = sign_in(cast.aissatou), "SN-77 812 Canari"
    about = begin(client, **least(), identity={"document_number": number})
    assert number in client.get(reverse("intake_check", args=[about])).content.decode()
    assert open_it(client, about).status_code == 302
    case = Case.objects.get()
    assert opened(case.person, "document_number") == [number]
    found = client.post(reverse("case_search"), {"document_number": "sn77812canari"})
    assert [row["url"] for row in found.context["rows"]] == [reverse("case", args=[case.pk])]
    for url in (reverse("cases"), reverse("home"), reverse("case", args=[case.pk])):
        assert number not in client.get(url).content.decode()
    assert number not in found.content.decode().split("<main", 1)[-1].split("app-list", 1)[-1]


def test_pressed_twice_it_opens_one_file(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **least())
    url = reverse("intake_check", args=[about])
    typed, other = (values_of(client.get(url).context["form"]) for _tab in range(2))
    assert client.post(url, typed).url == client.post(url, typed).url
    assert client.post(url, other).status_code == 200
    assert Case.objects.count() == 1


# --- What a cut network, a break, a colleague and a logout leave (A15) ---------------------------------------
def test_a_half_typed_page_comes_back_to_its_author_alone_and_nothing_stays_after_logout(
    cast: c.Cast,
) -> None:
    client, about = sign_in(cast.aissatou), uuid4()
    # What the page sends by itself; then the connection drops, and the page is opened again.
    half = reverse("draft_save", args=["guided_called", about])
    assert client.post(half, {"alias": "Alias Canari", "key": str(uuid4())}).status_code == 200
    shown = client.get(page(about, "called"))
    assert (shown.context["form"]["alias"].value(), shown.context["draft_resumed"]) == ("Alias Canari", True)
    assert "no-store" in shown["Cache-Control"]

    theirs = sign_in(cast.daouda)
    for url in (
        page(about, "called"),
        reverse("intake", args=[about]),
        reverse("intake_check", args=[about]),
    ):
        assert "Alias Canari" not in theirs.get(url).content.decode()
    assert theirs.get(reverse("case_new")).context["begun"] == []

    gone = client.post(reverse("account_logout"))
    assert '"storage"' in gone["Clear-Site-Data"]
    assert client.get(page(about, "called")).status_code == 302
    assert "Alias Canari" not in str(dict(client.session))


def test_a_page_that_was_begun_keeps_the_file_from_being_opened_without_it(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **least())
    typed = values_of(client.get(page(about, "health")).context["form"]) | {"health": "santé canari"}
    assert client.post(page(about, "health"), typed | {"later": "1"}).url == reverse("case_new")
    [problem] = open_it(client, about).context["problems"]
    assert client.get(problem["url"]).context["form"]["health"].value() == "santé canari"
    assert press(client, problem["url"]).url == reverse("intake_check", args=[about])
    open_it(client, about)
    assert opened(Person.objects.get(), "health") == ["santé canari"]


def test_several_are_begun_at_a_time_and_listed_by_their_times_alone(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    one, two = begin(client, **least(), called={"alias": "Alias Canari"}), begin(client, **least())
    for name in ("home", "cases", "case_new"):
        answer = client.get(reverse(name))
        assert {line["url"] for line in answer.context["begun"]} == {
            reverse("intake", args=[each]) for each in (one, two)
        }
        assert "Canari" not in answer.content.decode()
    assert client.get(page(two, "called")).context["form"]["alias"].value() in (None, "")
    assert Draft.objects.first().until - Draft.objects.first().saved_at == timedelta(days=7)  # type: ignore[union-attr]


def test_what_is_thrown_away_cannot_be_read_again(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    about = begin(client, **least(), called={"alias": "Alias Canari"})
    keys = DataKey.objects.filter(scope_kind="draft")
    assert keys.exists()
    assert press(client, reverse("intake_drop", args=[about])).url == reverse("case_new")
    assert not Draft.objects.exists()
    assert not keys.exists()


def test_only_who_opens_files_is_let_in(cast: c.Cast) -> None:
    for name in ("bineta", "codou", "gora"):
        client = sign_in(cast.people[name])
        assert (
            client.post(page(uuid4(), "danger"), {"urgency": "urgent", "key": str(uuid4())}).status_code
            == 403
        )
    assert not Draft.objects.exists()
    assert Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_OPEN").count() == 3


# --- What follows from what was heard ------------------------------------------------------------------------
def test_the_first_need_is_proposed_first_until_somebody_was_asked(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    case = c.open_case(cast, first_needs=["SHELTER_EMERG", "LEGAL"])
    refer = reverse("case_refer", args=[case.pk])
    assert client.get(refer).context["form"]["service"].value() == "SHELTER_EMERG"
    c.sent(cast, case)
    assert client.get(refer).context["form"]["service"].value() == "LEGAL"


def test_a_new_case_is_on_its_owners_page_until_the_person_is_referred_or_protected(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    referred, protected = c.open_case(cast), c.open_case(cast)
    for case in (referred, protected):
        task = Task.objects.get(kind="first_step", case=case)
        assert (task.owner, task.due_at - task.made_at) == (cast.aissatou, timedelta(hours=24))
        assert reverse("case", args=[case.pk]) in {line["url"] for line in client.get("/").context["lines"]}
    c.sent(cast, referred)
    press(client, reverse("case_protect", args=[protected.pk]))
    assert not Task.objects.filter(kind="first_step", done_at=None).exists()


def test_a_report_becomes_a_first_step_once_somebody_takes_it_in(cast: c.Cast) -> None:
    with c.acting(cast.gora) as actor:
        case = c.cases.report(by=actor, at=c.clock.now(), region=cast.region, person=c.GIRL, case={})
    assert not Task.objects.filter(kind="first_step").exists()
    press(sign_in(cast.aissatou), reverse("case_take_in", args=[case.pk]))
    assert Task.objects.get(kind="first_step").owner == cast.aissatou
