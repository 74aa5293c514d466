"""A new file on one page, and its correction: little is compulsory, nothing is lost, nothing opens unasked."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Event
from crypto import keyring
from referral.models import Case, CaseGrant, Draft, Person, Task
from referral.services.drafts import NEW
from tests import cast as c
from tests.referral.pages import press, same_as_unknown, sign_in, values_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

NEW_CASE = "/cases/new/page/"


def least(cast: c.Cast, **more: Any) -> dict[str, Any]:
    said = {"urgency": "urgent", "first_needs": ["SHELTER_EMERG"]}
    return said | {"age_status": "child", "sex": "female", "region": cast.region.code} | more


def opened(person: Person, *names: str) -> list[Any]:
    with keyring.opened(), keyring.current().revealing(person):
        return [getattr(person, name) for name in names]


def test_danger_and_need_open_a_file_and_the_rest_is_the_careful_answer(cast: c.Cast) -> None:
    answer = press(sign_in(cast.aissatou), NEW_CASE, urgency="standard", needs="un lit")
    case = Case.objects.get()
    assert answer.url == reverse("case", args=[case.pk])
    person = case.person
    assert (person.age_status, person.age_band, person.sex) == ("unknown", "unknown", "unknown")
    assert case.region == cast.unit.region


def test_whoever_gives_a_band_has_said_who_is_a_child(cast: c.Cast) -> None:
    for band, status in (("9-13", "child"), ("21-29", "adult"), ("unknown", "unknown")):
        typed = least(cast) | {"age_status": "", "age_band": band}
        press(sign_in(cast.aissatou), NEW_CASE, **typed)
        assert Person.objects.order_by("case__seq").last().age_status == status  # type: ignore[union-attr]


def test_a_few_answers_open_a_file_that_its_author_owns(cast: c.Cast) -> None:
    answer = press(sign_in(cast.aissatou), NEW_CASE, **least(cast))
    case = Case.objects.get()
    assert answer.url == reverse("case", args=[case.pk])
    assert (case.state, case.owner, case.organisation, case.risk) == (
        "screening",
        cast.aissatou,
        cast.unit,
        "unknown",
    )
    assert (case.person.age_band, case.history.count()) == ("unknown", 1)
    assert CaseGrant.objects.get().user == cast.aissatou
    assert Event.objects.filter(verb="create", object_type="referral.case", case_id=case.pk).count() == 1


def test_everything_that_was_said_is_sealed_and_opens_again(cast: c.Cast) -> None:
    press(
        sign_in(cast.aissatou), NEW_CASE,
        **least(
            cast, age_band="9-13", alias="Canari", family_name="Ndiaye", phone="771234567", channels=["phone", "sms"],
            message_safe="on", hours="le matin", languages=["wol"], interpreter_needed="yes", flags=["mobility"],
            needs="dormir", narrative="un récit", birth_date_day="", children_0_5="2", children_14_17="1",
        ),
    )  # fmt: skip
    person = Person.objects.get()
    alias, name, contact, flags = opened(person, "alias", "family_name", "safe_contact", "flags")
    assert (alias, name, flags) == ("Canari", "Ndiaye", ["mobility"])
    assert contact["channels"] == {
        "phone": True,
        "sms": True,
        "whatsapp": False,
        "visit": False,
        "third_party": False,
    }
    assert (contact["message"], contact["hours"]) == (True, "le matin")
    assert opened(person, "children", "interpreter_needed", "languages") == [
        ["0-5", "0-5", "14-17"],
        True,
        ["wol"],
    ]


def test_silence_means_do_not_contact(cast: c.Cast) -> None:
    press(sign_in(cast.aissatou), NEW_CASE, **least(cast, phone="771234567"))
    [contact] = opened(Person.objects.get(), "safe_contact")
    assert not any(contact["channels"].values())


def test_unknown_age_asks_a_second_person(cast: c.Cast) -> None:
    press(sign_in(cast.aissatou), NEW_CASE, **least(cast, age_status="unknown"))
    task = Task.objects.get(kind="age_decision")
    assert (task.owner, task.organisation) == (None, cast.unit)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"urgency": ""}, "urgency"),
        ({"first_needs": []}, "needs"),
        ({"first_needs": ["A_WISH"]}, "first_needs"),
        ({"region": str(uuid4())}, "region"),
        ({"age_status": "adult"}, "age_band"),
        ({"age_status": "adult", "age_band": "9-13"}, "age_band"),
        ({"age_status": "child", "age_band": "21-29"}, "age_band"),
        ({"age_status": "unknown", "age_band": "9-13"}, "age_band"),
        ({"birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "2015"}, "birth_date"),
        ({"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "1980"}, "birth_date"),
        ({"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "2099"}, "birth_date"),
        ({"alias": "nul\0"}, "alias"),
        ({"alias": "x" * 81}, "alias"),
        ({"needs": "x" * 4001}, "needs"),
        ({"languages": ["klingon"]}, "languages"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"children_0_5": "10"}, "children_0_5"),
        ({"key": "no key"}, "key"),
    ],
)
def test_what_cannot_be_is_refused_and_keeps_what_was_typed(
    cast: c.Cast, typed: dict[str, Any], wrong: str
) -> None:
    answer = press(sign_in(cast.aissatou), NEW_CASE, **least(cast, hours="le soir") | typed)
    assert answer.status_code == 200
    assert wrong in answer.context["form"].errors
    assert "le soir" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_birth_date_gives_the_band(cast: c.Cast) -> None:
    born = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "1990"}
    press(sign_in(cast.aissatou), NEW_CASE, **least(cast, age_status="adult", **born))
    assert Person.objects.get().age_band == "30-47"


def test_a_form_sent_twice_opens_one_file(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    typed = values_of(client.get(NEW_CASE).context["form"]) | least(cast)
    first, second = client.post(NEW_CASE, typed), client.post(NEW_CASE, typed)
    assert first.url == second.url
    assert Case.objects.count() == 1


def test_only_caseworkers_open_files(cast: c.Cast) -> None:
    for name in ("codou", "bineta", "gora", "khady", "mareme"):
        assert sign_in(cast.people[name]).post(NEW_CASE, least(cast, key=str(uuid4()))).status_code == 403
    assert Event.objects.using("audit").filter(outcome="denied", reason_code="NOT_ALLOWED_OPEN").count() == 5
    assert not Case.objects.exists()


# --- drafts


def draft_url(form: str = "intake", about: Any = NEW) -> str:
    return reverse("draft_save", args=[form, about])


def test_a_half_typed_form_comes_back_to_its_author_alone(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    born = {"birth_date_day": "", "birth_date_month": "", "birth_date_year": "2012"}
    saved = client.post(
        draft_url(), {"alias": "Canari", "languages": ["wol", "fra"], "key": str(uuid4()), **born}
    )
    assert saved.json().keys() == {"saved_at"}
    page = client.get(NEW_CASE)
    assert page.context["form"]["alias"].value() == "Canari"
    assert page.context["form"]["languages"].value() == ["wol", "fra"]
    assert page.context["draft_resumed"] is True
    assert 'value="2012"' in page.content.decode()
    assert b"Canari" not in bytes(Draft.objects.values_list("payload", flat=True).get() or b"")
    assert sign_in(cast.daouda).get(NEW_CASE).context["draft_resumed"] is False


def test_a_draft_is_thrown_away_on_request_and_on_success(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    client.post(draft_url(), {"alias": "Canari"})
    assert client.post(draft_url(), {"discard": "1", "next": NEW_CASE}).url == NEW_CASE
    assert not Draft.objects.exists()
    client.post(draft_url(), {"alias": "Canari"})
    press(client, NEW_CASE, **least(cast))
    assert not Draft.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)", ""])
def test_a_discarded_draft_never_leads_elsewhere(cast: c.Cast, elsewhere: str) -> None:
    answer = sign_in(cast.aissatou).post(draft_url(), {"discard": "1", "next": elsewhere})
    assert answer.url == "/"


def test_a_draft_too_long_or_of_no_form_of_ours_is_refused(cast: c.Cast) -> None:
    client = sign_in(cast.aissatou)
    assert client.post(draft_url(), {"needs": "x" * 1_000_000}).status_code == 400
    assert client.post(draft_url("Intake-1"), {"needs": "x"}).status_code == 404
    assert client.get(draft_url()).status_code == 405
    assert not Draft.objects.exists()


def test_the_beat_keeps_the_session_and_shows_nothing(cast: c.Cast) -> None:
    answer = sign_in(cast.lamine).post(reverse("session_keep"))
    assert (answer.status_code, answer.content) == (204, b"")


# --- correction


def edit(case: Case, part: str = "") -> str:
    return reverse("case_edit", args=[case.pk]) + (f"?part={part}" if part else "")


def test_one_part_opens_alone_and_its_opening_is_written_down(cast: c.Cast) -> None:
    case = c.open_case(cast)
    page = sign_in(cast.aissatou).get(edit(case, "identity")).content.decode()
    assert "Ndiaye-Canari" in page
    assert "santé canari" not in page
    assert "récit canari" not in page
    look = Event.objects.using("audit").get(verb="reveal", case_id=case.pk)
    assert set(look.fields) == {"alias", "family_name", "given_names", "birth_date", "nationality"}


def test_a_correction_writes_one_version_of_what_changed(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = press(sign_in(cast.aissatou), edit(case, "health"), health="nouvelle santé")
    assert answer.url == reverse("case", args=[case.pk])
    person = Person.objects.get()
    assert opened(person, "health") == ["nouvelle santé"]
    assert person.version == 2
    change = Event.objects.get(verb="change", object_type="referral.person")
    assert change.fields == ["health"]


def test_a_correction_that_changes_nothing_leaves_no_version(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert press(sign_in(cast.aissatou), edit(case, "health")).status_code == 302
    assert Person.objects.get().version == 1


def test_danger_and_risk_are_seen_anew(cast: c.Cast) -> None:
    case = c.open_case(cast)
    press(sign_in(cast.aissatou), edit(case, "situation"), urgency="emergency", risk="critical")
    case.refresh_from_db()
    assert (case.urgency, case.risk, case.version) == ("emergency", "critical", 2)


@pytest.mark.parametrize("part", ["situation", "health"])
def test_a_stale_correction_changes_nothing_and_can_be_decided_again(cast: c.Cast, part: str) -> None:
    case = c.open_case(cast)
    client = sign_in(cast.aissatou)
    typed = values_of(client.get(edit(case, part)).context["form"])
    ours = {"urgency": "emergency", "risk": "low"} if part == "situation" else {"health": "la nôtre"}
    theirs = {"urgency": "standard", "risk": "low"} if part == "situation" else {"health": "la leur"}
    press(client, edit(case, part), **theirs)
    stale = client.post(edit(case, part), typed | ours)
    assert stale.status_code == 200
    assert stale.context["form"].stale
    again = client.post(edit(case, part), values_of(stale.context["form"]))
    assert again.status_code == 302
    case.refresh_from_db()
    assert (case.urgency if part == "situation" else opened(Person.objects.get(), "health")[0]) in (
        "emergency",
        "la nôtre",
    )


def test_age_status_is_not_corrected_here(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = press(sign_in(cast.aissatou), edit(case, "person"), age_status="adult", age_band="21-29")
    assert "age_band" in answer.context["form"].errors
    assert Person.objects.get().age_status == "child"


def test_a_birth_date_that_contradicts_the_decided_age_is_refused(cast: c.Cast) -> None:
    case = c.open_case(cast)
    born = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "1980"}
    answer = press(sign_in(cast.aissatou), edit(case, "identity"), **born)
    assert "birth_date" in answer.context["form"].errors


def test_who_may_not_correct(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert same_as_unknown(sign_in(cast.daouda), "case_edit", case.pk)
    assert sign_in(cast.bineta).post(edit(case, "health"), {"health": "x"}).status_code == 403
    assert Person.objects.get().version == 1
