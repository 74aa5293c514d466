"""Odd text and much text, in every box that takes words: a clear sentence, what was typed is kept, never a 500."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from config.logs import JsonFormatter
from crypto import keyring
from partners.models import User
from referral.models import Case, Draft, Person, Task
from tests import cast as c
from tests.contents import log_holds, nothing_changes
from tests.referral.pages import act_url, sign_in, values_of
from tests.referral.story import form_of, fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

MEGABYTE = "récit canari " * 80_000
NEW = str(UUID(int=0))


@pytest.fixture(autouse=True)
def the_log_holds_no_datum(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert log_holds(caplog, c.SECRETS.values()) == []


def box(cast: c.Cast, name: str) -> tuple[User, str, str, dict[str, Any]]:
    """Who writes, at which address, into which field, beside what else."""
    if name == "case":
        rest = form_of(c.GIRL) | {"region": cast.region.code}
        return cast.aissatou, reverse("case_new_page"), "narrative", rest
    if name == "report":
        rest = form_of(c.GIRL) | {"region": cast.region.code}
        return cast.gora, reverse("alert_new"), "needs", rest
    if name == "site":
        return cast.codou, reverse("site-new"), "address", {"name": "Maison B", "region": str(cast.region.pk)}
    if name == "organisation":
        rest = {"kind": "ngo", "region": str(cast.region.pk)}
        return cast.mareme, reverse("organisation-new"), "name", rest
    if name == "invitation":
        rest = {"email": "x@exemple.sn", "organisation": str(cast.ngo.pk), "roles": ["caseworker"]}
        return cast.mareme, reverse("person-invite"), "name", rest
    if name == "code":
        return cast.mareme, reverse("code-add", args=["service"]), "fr", {"code": "X_Y", "en": "X"}
    if name in ("decline", "message"):
        referral = c.sent(cast) if name == "decline" else c.accepted(cast)
        action, field = ("decline", "reason") if name == "decline" else ("write", "body")
        return cast.codou, act_url(referral, action), field, {"reason_code": "OTHER"}
    if name == "telephone":
        return cast.aissatou, act_url(c.sent(cast), "record_telephone_answer"), "said_by", {"yes": "no"}
    if name == "task":
        c.declined(cast)
        return cast.aissatou, reverse("task_done", args=[Task.objects.get(kind="redirect").pk]), "note", {}
    case = c.open_case(cast)
    to = urlencode({"to": f"{cast.centre.pk}:SHELTER_EMERG", "ask": "1"})
    if name == "edit":
        return cast.aissatou, f"{reverse('case_edit', args=[case.pk])}?part=health", "health", {}
    if name == "ground":
        rest = {"safety": "Oui", "view": "Oui"}
        return cast.aissatou, f"{reverse('ground', args=[case.pk])}?{to}", "guardian", rest
    cells = {f"cell_{cast.centre.pk.hex}_services_{group}": "yes" for group in c.EVERY_GROUP}
    rest = {"explained": "on", "language": "wol", **cells}
    return cast.aissatou, f"{reverse('consent', args=[case.pk])}?{to}", "witness", rest


SEALED = ["case", "report", "edit", "consent", "ground", "decline", "message", "telephone", "task", "site"]
BOXES = [*SEALED, "organisation", "invitation", "code"]


def filled(user: User, url: str, rest: dict[str, Any]) -> dict[str, Any]:
    return values_of(sign_in(user).get(url).context["form"]) | rest


@pytest.mark.parametrize("name", BOXES)
def test_a_megabyte_and_a_nul_are_refused_and_stay_in_the_box(cast: c.Cast, name: str) -> None:
    user, url, field, rest = box(cast, name)
    typed = filled(user, url, rest)
    for text in (MEGABYTE, "récit\x00canari"):
        with nothing_changes():
            answer = sign_in(user).post(url, typed | {field: text})
        assert answer.status_code == 200
        assert list(answer.context["form"].errors) == [field], said(answer)
        assert said(answer)
        assert text.strip() in answer.content.decode()


@pytest.mark.parametrize("name", ["case", "message", "organisation"])
@pytest.mark.parametrize(
    ("charset", "lone"), [("utf-7", "+2AA-"), ("raw-unicode-escape", "\\ud800"), ("utf-16", "xx")]
)
def test_text_in_another_encoding_is_refused_before_it_is_read(
    cast: c.Cast, name: str, charset: str, lone: str
) -> None:
    """UTF-7 and the like could bring in half of a surrogate pair, which nothing here can seal, store or show."""
    user, url, field, rest = box(cast, name)
    body = multipart(filled(user, url, rest) | {field: f"r{lone}cit canari"})
    with nothing_changes():
        answer = sends(careless(user), url, body, f"{FORM_DATA}; charset={charset}")
    assert answer.status_code == 400
    assert fr("This request cannot be read") in answer.content.decode()


FORM_DATA = "multipart/form-data; boundary=B"


def sends(client: Client, url: str, body: bytes, content_type: str) -> Any:
    """The bytes as they are; Django's `post` would write them anew in the encoding that is named."""
    return client.generic("POST", url, body, content_type=content_type)


def careless(user: User) -> Client:
    """Answers 500 instead of raising."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def multipart(typed: dict[str, Any]) -> bytes:
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, values in typed.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return ("".join(parts) + "--B--\r\n").encode()


@pytest.mark.parametrize("name", BOXES)
def test_half_a_character_in_raw_bytes_becomes_a_sign_that_can_be_kept(cast: c.Cast, name: str) -> None:
    """What a browser does by itself: U+FFFD stands where there was no character."""
    user, url, field, rest = box(cast, name)
    typed = filled(user, url, rest)
    body = urlencode([*typed.items(), (field, b"r\xed\xa0\x80cit\xff")], doseq=True)
    answer = careless(user).post(url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302, said(answer)


MARKS = "récit \u202ecanari\u202c \u200f\u2066é\u2069 e\u0301 \U0001f469\u200d\U0001f467 \ufeff fin"


def test_marks_of_direction_and_joined_signs_are_kept_as_they_are(cast: c.Cast) -> None:
    user, url, field, rest = box(cast, "case")
    sign_in(user).post(url, filled(user, url, rest) | {field: MARKS, "alias": MARKS})
    case = Case.objects.get()
    with c.acting(), keyring.current().revealing(person := Person.objects.get(case=case)):
        assert (person.narrative, person.alias) == (MARKS, MARKS)
    shown = sign_in(user).post(
        reverse("case_reveal", args=[case.pk]), {"groups": ["narrative"], "reason": "care"}
    )
    assert MARKS in shown.content.decode()


def test_more_than_a_request_may_hold_is_refused_in_words(cast: c.Cast) -> None:
    user, url, _field, rest = box(cast, "case")
    many = {f"x{n}": "y" for n in range(1001)}
    for typed in (rest | {"narrative": MEGABYTE * 3}, rest | many):
        with nothing_changes():
            answer = careless(user).post(url, typed)
        assert answer.status_code == 400
        assert fr("This request cannot be read") in answer.content.decode()


# --- Drafts -------------------------------------------------------------------------------------------------
def test_a_draft_that_cannot_be_kept_leaves_the_last_one_as_it_was(cast: c.Cast) -> None:
    url = reverse("draft_save", args=["intake", NEW])
    client = careless(cast.aissatou)
    assert client.post(url, {"narrative": "récit canari"}).status_code == 200
    kept = bytes_of(Draft.objects.get())
    refused = [
        client.post(url, {"narrative": MEGABYTE}),
        sends(client, url, b'{"narrative": "\\ud800"}', "application/json"),
        sends(client, url, b'{"narrative": "\xed\xa0\x80"}', "application/json"),
        sends(client, url, multipart({"narrative": "r+2AA-cit"}), f"{FORM_DATA}; charset=utf-7"),
        sends(client, url, b"no form at all", FORM_DATA),
        sends(client, url, b"", FORM_DATA),
    ]
    assert {answer.status_code for answer in refused} == {400}
    assert bytes_of(Draft.objects.get()) == kept
    page = client.get(reverse("case_new_page"))
    assert "récit canari" in page.content.decode()


def bytes_of(draft: Draft) -> bytes:
    return bytes(Draft._meta.get_field("payload").value_from_object(draft))


@pytest.mark.parametrize("text", ["récit\x00canari", MARKS, "", "\ufffe\uffff", "</textarea><script>"])
def test_odd_text_is_kept_in_a_draft_and_comes_back(cast: c.Cast, text: str) -> None:
    client = careless(cast.aissatou)
    assert client.post(reverse("draft_save", args=["intake", NEW]), {"narrative": text}).status_code == 200
    page = client.get(reverse("case_new_page"))
    assert page.status_code == 200
    assert page.context["form"]["narrative"].value() == text
    assert "<script>" not in page.content.decode().replace('<script src="', "")


@pytest.mark.parametrize("form", ["x" * 41, "INTAKE", "in-take", "%00", "%ED%A0%80", "..", "intake%0a"])
def test_a_draft_of_no_form_of_ours(cast: c.Cast, form: str) -> None:
    with nothing_changes():
        assert careless(cast.aissatou).post(f"/drafts/{form}/{NEW}/", {"a": "b"}).status_code == 404
    assert not Draft.objects.exists()


# --- Addresses ----------------------------------------------------------------------------------------------
ODD = ["%00", "%ED%A0%80", "9" * 400, "-1", "a" * 5000, "%5B%5D%25s"]


def questions(cast: c.Cast) -> list[tuple[User, str, list[str]]]:
    """Every address that reads its query, with the names that it reads."""
    case, referral = c.open_case(cast), c.declined(cast)
    return [
        (cast.aissatou, reverse("cases"), ["state", "after"]),
        (cast.codou, reverse("inbox"), ["after", "show"]),
        (cast.codou, f"{reverse('inbox')}?show=ended", ["after"]),
        (cast.aissatou, reverse("referrals"), ["after", "show"]),
        (cast.aissatou, reverse("case_edit", args=[case.pk]), ["part"]),
        (cast.aissatou, reverse("consent", args=[case.pk]), ["to", "service", "ask"]),
        (cast.aissatou, f"{reverse('ground', args=[case.pk])}?ask=1", ["to", "service", "alone"]),
        (
            cast.aissatou,
            reverse("case_refer", args=[case.pk]),
            ["service", "urgency", "days", "organisation"],
        ),
        (cast.aissatou, act_url(referral, "redirect"), ["service", "urgency", "days", "change"]),
        (cast.codou, reverse("directory"), ["region", "service", "kind", "page"]),
        (cast.mareme, reverse("people"), ["organisation", "page"]),
    ]


def test_an_address_that_somebody_has_bent_opens_or_is_not_there(cast: c.Cast) -> None:
    wrong = {}
    for user, url, names in questions(cast):
        client = careless(user)
        for name in names:
            for value in ODD:
                asked = f"{url}{'&' if '?' in url else '?'}{name}={value}"
                status = client.get(asked).status_code
                if status != 200:
                    wrong[asked[:120]] = status
    assert wrong == {}
    bent = f"{reverse('case_refer', args=[Case.objects.order_by('seq')[0].pk])}?parent="
    for value in ODD:
        assert careless(cast.aissatou).get(bent + value).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/cases/%00/",
        "/cases/%ED%A0%80/",
        "/referrals/1/",
        "/codes/%00/",
        "/codes/%ED%A0%80/",
        "/notices/x/",
        "/%2e%2e/",
    ],
)
def test_an_address_that_is_none(cast: c.Cast, path: str) -> None:
    answer = careless(cast.mareme).get(path)
    assert answer.status_code == 404
    assert fr("Page not found") in answer.content.decode()


def test_what_a_stranger_reports_can_be_written_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A line that UTF-8 cannot hold would end in a fault of the log itself."""
    report = {"csp-report": {"effective-directive": "\ud800script-src", "blocked-uri": "\udfffx:"}}
    with caplog.at_level(logging.WARNING):
        answer = Client().post(
            reverse("csp-report"), json.dumps(report), content_type="application/csp-report"
        )
    assert answer.status_code == 204
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert lines
    for line in lines:
        line.encode()
