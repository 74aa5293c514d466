"""The conversation about consent in full: seven points read aloud, the child's words, what was answered before."""

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from audit.models import Event
from partners.models import Organisation
from referral.enums import Group, TaskKind
from referral.models import Case, Consent, ConsentTalk, ConsentText, Task
from referral.queries.talks import text_read
from referral.services.rights import record_request
from referral.talks import PARTS, Point
from referral.views.addressed import group_aloud
from tests import cast as c
from tests.referral.pages import later, press, sign_in
from tests.referral.story import fr
from tests.referral.test_case_consent import LODGING, TOLD, adult, answers, page

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

CLEAR = {f"point_{point.value}": "yes" for point in Point}


def to_centre(cast: c.Cast, case: Case) -> str:
    return page(case, (cast.centre, "SHELTER_EMERG"))


def talks(cast: c.Cast, case: Case, **typed: Any) -> Any:
    return press(
        sign_in(cast.aissatou), to_centre(cast, case), **TOLD | answers(cast.centre, LODGING) | typed
    )


def shown(cast: c.Cast, case: Case, more: str = "") -> Any:
    return sign_in(cast.aissatou).get(to_centre(cast, case) + more)


def answered(case: Case) -> dict[str, str]:
    with c.acting():
        said: dict[str, str] = case.talks.get().answers
        return said


def test_the_seven_points_are_answered_in_the_conversation_and_kept_sealed(cast: c.Cast) -> None:
    case = adult(cast)
    typed = CLEAR | {"point_research": "unsaid", "point_access": "no", "original": "armoire canari"}
    assert talks(cast, case, **typed).status_code == 302
    talk = ConsentTalk.objects.get(case=case)
    assert answered(case) == {point.value: "yes" for point in Point} | {"research": "unsaid", "access": "no"}
    assert {cell.conversation for cell in Consent.objects.filter(case=case)} == {talk.conversation}
    assert (talk.explained_by, talk.language, talk.method) == (cast.aissatou, "wol", "oral_with_witness")
    said = sign_in(cast.bineta).get(reverse("case", args=[case.pk])).context["talks"]["rows"][0]
    assert len(said["points"]) == 7
    assert said["original"]


def test_each_point_has_its_sentence_to_read_aloud(cast: c.Cast) -> None:
    """Whole texts in French and English, for adults and children; the page reads the one of the person."""
    for text in ConsentText.objects.filter(language__in=["fr", "en"]):
        assert all(getattr(text, part) for part in PARTS), text
    for case, listener in ((adult(cast), "adult"), (c.open_case(cast), "child")):
        read = ConsentText.objects.get(language="fr", listener=listener)
        points = shown(cast, case).context["points"]
        assert [point["aloud"]["text"] for point in points] == [getattr(read, p) for p in Point]


def test_the_language_of_the_text_is_chosen_and_an_aid_stands_below_the_french(cast: c.Cast) -> None:
    case = adult(cast)
    wolof = shown(cast, case)  # the first language of the person
    french, aid = (ConsentText.objects.get(language=code, listener="adult") for code in ("fr", "wo"))
    assert wolof.context["points"][0]["aloud"] == {
        "text": french.agrees, "lang": "fr", "aid": aid.agrees, "aid_lang": "wo",
    }  # fmt: skip
    assert wolof.context["form"]["language"].value() == "wol"
    english = shown(cast, case, "&read=en")
    assert english.context["points"][0]["aloud"]["text"].startswith("Would you like")
    assert english.context["form"]["language"].value() == "eng"
    assert "would like to help you" in english.context["questions"][0]["aloud"]
    # An aid that nobody is sure of is left out: the French is read.
    assert shown(cast, case, "&read=ff").context["points"][2]["aloud"]["aid"] == ""
    assert shown(cast, case, "&read=klingon").status_code == 200


VOUS = re.compile(r"\b(vous|votre|vos)\b", re.IGNORECASE)


@pytest.mark.parametrize(("listener", "polite"), [("child", False), ("adult", True)])
def test_french_says_tu_to_a_child_and_vous_to_an_adult(cast: c.Cast, listener: str, polite: bool) -> None:
    """On the page of the talk, also where a part of the text is not written; and on the sheet of what is held."""
    case = c.open_case(cast) if listener == "child" else adult(cast)
    said = shown(cast, case, "&read=fr").context
    [question] = said["questions"]
    spoken = [said["introduction"]["text"], *(point["aloud"]["text"] for point in said["points"])]
    spoken += [question["aloud"], *(cell["aloud"] for cell in question["cells"])]
    with translation.override("fr"):
        written = [group_aloud(group, child=not polite) for group in Group]
    assert [bool(VOUS.search(" ".join(each))) for each in (spoken, written)] == [polite, polite]
    assert bool(VOUS.search(question["aloud"])) == polite
    with c.acting(cast.aissatou) as actor:
        at = c.clock.now()
        asked = {"kind": "access", "identified": "known", "received_at": at}
        row = record_request(case.pk, by=actor, at=at, **asked)
    sheet = sign_in(cast.aissatou).post(reverse("request_report", args=[row.pk])).context
    assert bool(VOUS.search(" ".join([*sheet["said"].values(), sheet["asked"]]))) == polite


def test_the_talk_names_the_version_that_was_read(cast: c.Cast) -> None:
    case = adult(cast)
    talks(cast, case, **CLEAR)
    text = ConsentText.objects.get(language="fr", listener="adult")
    url = reverse("consent_text", args=[text.pk])
    assert press(sign_in(cast.ibrahima), url, purpose="Autre phrase.").status_code == 302
    read = text_read(ConsentTalk.objects.get(case=case))
    assert read is not None
    assert (read.purpose, text.version) == (text.purpose, 1)


@pytest.mark.parametrize("answer", ["no", "unsaid"])
def test_without_a_yes_to_the_talk_it_ends_gently_and_nothing_is_shared(cast: c.Cast, answer: str) -> None:
    """Nothing else has to be filled in, and what was agreed before stands."""
    case = adult(cast)
    referral = c.sent(cast, case)
    before = Consent.objects.filter(case=case, given=True).count()
    typed = {"point_agrees": answer, "language": "wol"} | answers(cast.centre, LODGING, "no")
    told = press(sign_in(cast.aissatou), to_centre(cast, case), **typed)
    assert told.status_code == 302
    assert answered(case) == {"agrees": answer}
    assert Consent.objects.filter(case=case, given=True, withdrawn_at=None).count() == before
    referral.refresh_from_db()
    assert referral.state == "sent"
    assert sign_in(cast.aissatou).get(told.url).context["talks"]["rows"][0]["ended"]


def test_who_does_not_wish_to_talk_is_asked_again_and_the_page_says_so(cast: c.Cast) -> None:
    """Nothing had been agreed before: nothing is said to stand, and the step is not done."""
    case = adult(cast)
    typed = {"point_agrees": "no", "language": "wol"} | answers(cast.centre, LODGING, "no")
    told = sign_in(cast.aissatou)
    url = press(told, to_centre(cast, case), **typed).url
    body = told.get(url)
    assert fr("What was agreed before stands until it is taken back.") not in body.content.decode()
    again, ground, refer = body.context["steps"]
    assert fr("On %(day)s the person did not wish to talk about it.").split("%(day)s")[1] in again["hint"]
    assert (again["done"], again["url"]) == (False, reverse("consent", args=[case.pk]))
    assert (ground["done"], ground["url"]) == (False, reverse("ground", args=[case.pk]))
    assert refer["url"] == ""


def test_nothing_is_asked_twice(cast: c.Cast) -> None:
    """What somebody knows is folded away with the day; a no is asked again, and so is the talk itself."""
    case = adult(cast)
    talks(cast, case, **CLEAR | {"point_access": "no"})
    points = {point["field"].name: point for point in shown(cast, case).context["points"]}
    assert {name for name, point in points.items() if not point["folded"]} == {"point_agrees", "point_access"}
    assert all(point["before"] for point in points.values())
    later(days=30)
    assert talks(cast, case, point_agrees="yes", point_access="yes").status_code == 302
    points = {point["field"].name: point for point in shown(cast, case).context["points"]}
    assert {name for name, point in points.items() if not point["folded"]} == {"point_agrees"}
    looks = Event.objects.using("audit").filter(object_type="referral.consenttalk", verb="view")
    assert looks.filter(actor_id=cast.aissatou.pk, fields=["answers"]).exists()


def test_a_talk_whose_points_were_not_asked_is_recorded_as_such(cast: c.Cast) -> None:
    case = adult(cast)
    assert talks(cast, case).status_code == 302
    assert answered(case) == {}


def test_an_answer_that_is_none_is_refused_and_keeps_what_was_typed(cast: c.Cast) -> None:
    case = adult(cast)
    answer = talks(cast, case, point_uses="perhaps", original="armoire canari")
    assert "point_uses" in answer.context["form"].errors
    assert "armoire canari" in answer.content.decode()
    assert not ConsentTalk.objects.exists()


# --- a child, an unknown age


@pytest.mark.parametrize("age", ["child", "unknown"])
def test_a_child_says_it_in_its_own_words(cast: c.Cast, age: str) -> None:
    """Of somebody whose age is not known the own agreement is asked as well, with the safeguards of a child."""
    band = {"child": "9-13", "unknown": "unknown"}[age]
    case = c.open_case(cast, age_status=age, age_band=band)
    without = talks(cast, case, **CLEAR)
    assert set(without.context["form"].errors) == {"assent"}
    assert without.context["unknown_age"] == (age == "unknown")
    assert talks(cast, case, **CLEAR, assent="je veux canari", guardian="nobody").status_code == 302
    with c.acting():
        assert case.talks.get().assent == "je veux canari"
    assert "canari" not in sign_in(cast.aissatou).get(reverse("case", args=[case.pk])).content.decode()


def test_no_guardian_is_chosen_beforehand(cast: c.Cast) -> None:
    case = c.open_case(cast)
    form = shown(cast, case).context["form"]
    assert not form["guardian"].value()
    assert "guardian" not in shown(cast, adult(cast)).context["form"].fields


# --- taken back, in mid-service


def test_the_page_of_a_withdrawal_says_what_ends_and_the_hand_over_opens(cast: c.Cast) -> None:
    case = adult(cast)
    women = cast.girls.site.places.get(group="women")
    c.started(cast, c.accepted(cast, c.sent(cast, case), places=women))
    url = reverse("consent_withdraw", args=[case.pk])
    (line,) = sign_in(cast.aissatou).get(url).context["consequences"]
    assert [(ends["begun"], ends["lodged"]) for ends in line["ends"]] == [(True, True)]
    about = f"{cast.centre.pk}:services"
    assert press(sign_in(cast.aissatou), url, about=about, person_is_safe="yes").status_code == 302
    assert Task.objects.get(kind="hand_over", case=case).owner == cast.aissatou
    # Nothing is left to redirect: the search begins anew, from the file.
    search = Task.objects.get(kind=TaskKind.REDIRECT, case=case)
    page = sign_in(cast.aissatou).get(reverse("task_done", args=[search.pk])).content.decode()
    assert reverse("case_refer", args=[case.pk]) in page
    assert reverse("referral_act", args=[search.referral_id, "redirect"]) not in page


# --- the texts, edited by national coordination


def text_page(organisation: Organisation | None = None, **of: str) -> str:
    return reverse("consent_text", args=[ConsentText.objects.get(**of).pk])


def test_coordination_edits_a_text_and_the_next_conversation_reads_it(cast: c.Cast) -> None:
    url = text_page(language="fr", listener="adult")
    browser = sign_in(cast.ibrahima)
    assert press(browser, url, access="Demandez ce qui est écrit.").status_code == 302
    points = {point["field"].name: point for point in shown(cast, adult(cast)).context["points"]}
    assert points["point_access"]["aloud"]["text"] == "Demandez ce qui est écrit."
    (change,) = browser.get(url).context["changes"]
    assert (change.who, change.after) == ("Ibrahima", "Demandez ce qui est écrit.")
    assert change.before.startswith("Vous pouvez demander")


def test_a_text_is_validated_by_somebody_and_any_change_asks_for_it_again(cast: c.Cast) -> None:
    url, browser = text_page(language="wo", listener="child"), sign_in(cast.ibrahima)
    text = ConsentText.objects.get(language="wo", listener="child")
    assert text.validated_at is None  # it comes as a draft
    validate = reverse("consent_text_validate", args=[text.pk])
    assert press(browser, validate).status_code == 302
    text.refresh_from_db()
    assert text.validated_by == cast.ibrahima
    assert press(browser, validate).context["form"].errors
    press(browser, url, health="sa wér-gu-yaram")
    text.refresh_from_db()
    assert (text.validated_by, text.health) == (None, "sa wér-gu-yaram")


def test_a_whole_text_has_no_gap_and_a_stale_form_changes_nothing(cast: c.Cast) -> None:
    browser, url = sign_in(cast.ibrahima), text_page(language="en", listener="adult")
    assert "uses" in press(browser, url, uses="").context["form"].errors
    assert press(browser, text_page(language="ff", listener="adult"), identity="").status_code == 302
    assert press(browser, url, uses="Locked.", version="7").context["form"].stale
    assert ConsentText.objects.get(language="en", listener="adult").version == 1
