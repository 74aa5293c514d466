"""The list and the page of a file: codes for whoever holds it, masked parts by an audited act, no name elsewhere."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from audit.models import Event
from referral.forms.file import MASKED
from referral.models import Case
from referral.queries.lists import PAGE
from tests import cast as c
from tests.referral.pages import offered, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def page(user: Any, case: Case, name: str = "case") -> Any:
    return sign_in(user).get(reverse(name, args=[case.pk]))


def title_of(body: str) -> str:
    return re.search(r"<title>(.*?)</title>", body, re.DOTALL)[1]  # type: ignore[index]


def test_the_page_shows_codes_and_masks_the_rest(cast: c.Cast) -> None:
    case = c.open_case(cast)
    body = page(cast.aissatou, case).content.decode()
    assert not [secret for secret in c.SECRETS.values() if secret in body]
    assert "Wolof" in body
    assert Event.objects.using("audit").filter(verb="view", case_id=case.pk).count() == 1


def test_titles_and_lists_carry_no_name(cast: c.Cast) -> None:
    case = c.open_case(cast)
    client = sign_in(cast.aissatou)
    for url in ("/", "/cases/", reverse("case", args=[case.pk]), reverse("case_print", args=[case.pk])):
        body = client.get(url).content.decode()
        assert "Canari" not in body, url
        assert case.reference not in title_of(body).replace(" ", "") or "case" in url


def test_a_reveal_opens_what_was_asked_with_its_reason_and_nothing_else(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = sign_in(cast.bineta).post(
        reverse("case_reveal", args=[case.pk]), {"groups": ["identity", "health"], "reason": "supervise"}
    )
    body = answer.content.decode()
    assert "Ndiaye-Canari" in body
    assert "santé canari" in body
    assert "récit canari" not in body
    assert "no-store" in answer["Cache-Control"]
    look = Event.objects.using("audit").get(verb="reveal", case_id=case.pk)
    assert (look.actor_id, look.scope) == (cast.bineta.pk, "supervise")
    assert set(look.fields) == {*MASKED["identity"], *MASKED["health"]}
    assert "Ndiaye-Canari" not in page(cast.bineta, case).content.decode()


@pytest.mark.parametrize(
    "typed", [{}, {"groups": ["identity"]}, {"reason": "care"}, {"groups": ["all"], "reason": "care"}]
)
def test_a_reveal_without_part_or_reason_opens_nothing(cast: c.Cast, typed: dict[str, Any]) -> None:
    case = c.open_case(cast)
    answer = sign_in(cast.aissatou).post(reverse("case_reveal", args=[case.pk]), typed)
    assert answer.context["form"].errors
    assert "Canari" not in answer.content.decode()
    assert not Event.objects.using("audit").filter(verb="reveal", case_id=case.pk).exists()


def test_a_reveal_is_a_post(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert sign_in(cast.aissatou).get(reverse("case_reveal", args=[case.pk])).status_code == 405


@pytest.mark.parametrize(
    "name", ["case", "case_looks", "case_print", "consent", "ground", "title", "case_close"]
)
def test_a_file_that_one_may_not_see_is_answered_like_none(cast: c.Cast, name: str) -> None:
    case = c.open_case(cast)
    for who in ("daouda", "codou", "gora", "ibrahima", "khady"):
        assert same_as_unknown(sign_in(cast.people[who]), name, case.pk), who


def test_a_colleague_without_a_grant_does_not_hold_the_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    with c.acting(), c.transaction.atomic():
        colleague = c.person("colleague", cast.unit, "caseworker", at=cast.at)
    assert same_as_unknown(sign_in(colleague), "case", case.pk)


def test_the_page_says_what_comes_next_and_why_not_yet(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="adult", age_band="21-29")
    shown = page(cast.aissatou, case).context
    [consent, refer] = shown["steps"]
    assert consent["url"] == reverse("consent", args=[case.pk])
    assert (refer["url"], bool(refer["hint"])) == ("", True)
    c.agree(cast, case, cast.centre)
    [consent, refer] = page(cast.aissatou, case).context["steps"]
    assert consent["done"]
    assert refer["url"] == reverse("case_refer", args=[case.pk])


def test_buttons_are_those_of_the_reader(cast: c.Cast) -> None:
    case = c.open_case(cast)
    acts = {action["url"].split("/")[3] for action in offered(page(cast.bineta, case))}
    assert acts == {"assign", "close", "keep-away", "status", "redirect-out"}
    mine = {action["url"].split("/")[3] for action in offered(page(cast.aissatou, case))}
    assert mine == {
        *("consent", "ground", "refer", "title", "edit", "protect", "risk"),
        *("attachments", "screening", "card", "guardians", "justice", "conferences"),
        *("status", "how-it-goes", "transfer", "plan", "close"),
        *("keep-away", "place-call"),
    }


def test_the_story_names_own_people_and_only_organisations_of_others(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.declined(cast, c.sent(cast, case))
    who = [entry["by"] for entry in page(cast.aissatou, case).context["timeline"]]
    assert "Aissatou" in who
    assert cast.centre.name in who
    assert "Codou" not in who


def test_who_looked_is_read_by_those_who_hold_the_file_and_is_a_look_itself(
    cast: c.Cast, one_connection: None
) -> None:
    case = c.open_case(cast)
    page(cast.aissatou, case)
    sign_in(cast.aissatou).post(
        reverse("case_reveal", args=[case.pk]), {"groups": ["identity"], "reason": "contact"}
    )
    rows = page(cast.bineta, case, "case_looks").context["rows"]
    assert [row["who"] for row in rows] == ["Aissatou"] * 3
    assert any(row["why"] for row in rows)
    assert any("Ndiaye" not in row["fields"] and row["fields"] for row in rows)
    assert not any("_" in row["fields"] for row in rows)
    assert Event.objects.using("audit").filter(verb="audit.read", case_id=case.pk).count() == 1


def test_the_sheet_carries_codes_only_and_is_written_down(cast: c.Cast) -> None:
    case = c.open_case(cast)
    body = page(cast.aissatou, case, "case_print").content.decode()
    assert "Canari" not in body
    assert Event.objects.using("audit").filter(verb="print", case_id=case.pk).count() == 1


def test_the_list_pages_by_key_and_filters_by_state(cast: c.Cast) -> None:
    cases = [c.open_case(cast) for _n in range(PAGE + 2)]
    client = sign_in(cast.aissatou)
    first = client.get("/cases/")
    assert len(first.context["rows"]) == PAGE
    second = client.get(first.context["next"])
    assert len(second.context["rows"]) == 2
    assert second.context["next"] == ""
    assert str(cases[0].seq) not in first.context["next"].split("after=")[1].split("-")
    assert len(client.get("/cases/?state=screening").context["rows"]) == PAGE
    assert client.get("/cases/?state=closed").context["rows"] == []


@pytest.mark.parametrize(
    "query", ["state=nonsense", "after=nonsense", f"after={UUID(int=7)}", "state=&after="]
)
def test_an_odd_address_of_the_list_still_opens(cast: c.Cast, query: str) -> None:
    c.open_case(cast)
    assert len(sign_in(cast.aissatou).get(f"/cases/?{query}").context["rows"]) == 1


def test_a_list_is_an_event_and_no_look(cast: c.Cast, one_connection: None) -> None:
    case = c.open_case(cast)
    page(cast.bineta, case, "case_looks")
    sign_in(cast.aissatou).get("/cases/")
    assert Event.objects.using("audit").filter(verb="list").count() == 1
    assert page(cast.bineta, case, "case_looks").context["rows"] == []
