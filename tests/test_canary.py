"""A canary in every sealed field, the whole journey through the pages, then a search of all that was left behind."""

import base64
import logging
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Model
from django.test import Client
from django.utils.http import urlencode

from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.fields import SealedField
from tests import canary
from tests import cast as c
from tests.chapters import around, asking, emergency, house, oversight, reviewing, travel, watching
from tests.chapters.file import (
    BORN,
    TYPED,
    a_child,
    a_report,
    an_adult_at_the_centre,
    before_the_case,
    registers,
    the_course_of_it,
    the_end_of_it,
    the_person_s_rights,
    those_who_look,
    two_sisters_of_a_rescue,
)
from tests.contents import log_holds
from tests.referral.pages import sign_in
from tests.referral.story import Story

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])

CHAPTERS = (around, asking, house, reviewing, travel, oversight, emergency)
PLANTED = [
    *(value for name, value in c.SECRETS.items() if name != "nationality"),
    *TYPED.values(),
    BORN.isoformat(),
    "17 mars 1991",
    *(word for chapter in (*CHAPTERS, watching) for word in chapter.TYPED.values()),
]
#: What is kept and stands on no page yet; a date is shown in words.
UNSHOWN = {
    TYPED["note"],
    TYPED["hand_over"],
    TYPED["witness"],
    TYPED["assent"],
    TYPED["original"],
    TYPED["word"],
    BORN.isoformat(),
}.union(*(chapter.UNSHOWN for chapter in CHAPTERS))
#: Sealed fields into which no page lets anybody write words: codes, answers, dates and what we make ourselves.
CODED = {
    "referral.Person.birth_date",
    "referral.Person.nationality",
    "referral.Person.languages",
    "referral.Person.interpreter_needed",
    "referral.Person.children",
    "referral.Person.flags",
    "referral.Person.first_needs",
    "referral.Person.declined",
    "referral.Screening.answers",
    "referral.Screening.non_punishment",
    "referral.Referral.arrival_code",
    "referral.Preview.details",
    "referral.Task.proposal",
    "referral.AttachmentKey.key",
    "referral.ConsentTalk.answers",
    "referral.RiskAssessment.dimensions",
    "audit.Event.detail",
    "referral.ExportPart.content",
}.union(*(chapter.CODED for chapter in CHAPTERS))


def sealed_fields() -> Iterator[tuple[str, type[Model], SealedField[Any, Any]]]:
    """Every sealed field of the product; histories hold copies of the same bytes."""
    for app in settings.RELAIS_APPS:
        for model in apps.get_app_config(app).get_models():
            if not hasattr(model, "instance_type"):
                for each in model._meta.get_fields():
                    if isinstance(each, SealedField):
                        yield f"{model._meta.label}.{each.name}", model, each


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)
    elif value not in (None, ""):
        yield str(value)


@dataclass
class Trace:
    """Everything that the browsers asked and were answered, and what the sealed fields held on the way."""

    addresses: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def answered(self, asked: dict[str, Any], answer: Any) -> None:
        self.addresses.append(
            f"{asked['PATH_INFO']}?{asked.get('QUERY_STRING', '')} {answer.get('Location', '')}"
        )
        self.headers += [f"{name}: {value}" for name, value in answer.items()]
        self.headers += [cookie.OutputString() for cookie in answer.cookies.values()]
        self.bodies.append(b"".join(answer) if answer.streaming else answer.content)
        self.titles += re.findall(r"<title>(.*?)</title>", self.bodies[-1].decode(errors="replace"), re.S)

    def look(self) -> None:
        """Each row once for all its fields: their keys are unwrapped once."""
        for model, fields in groupby(sealed_fields(), key=lambda found: found[1]):
            names = [(label, each.name) for label, _model, each in fields]
            for row in model._default_manager.all():
                with keyring.opened() as ring, ring.revealing(row):
                    for label, name in names:
                        with suppress(KeyDestroyed):
                            self.held[label].update(texts(getattr(row, name)))


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    trace, really = Trace(), Client.request

    def request(self: Client, **asked: Any) -> Any:
        answer = really(self, **asked)
        trace.answered(asked, answer)
        return answer

    monkeypatch.setattr(Client, "request", request)
    return trace


def test_nothing_sealed_is_found_anywhere_after_the_whole_journey(
    transactional_cast: c.Cast,
    trace: Trace,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    story = Story(transactional_cast, lambda execute: nullcontext())
    for chapter in (
        before_the_case,
        a_report,
        a_child,
        an_adult_at_the_centre,
        the_end_of_it,
        *(each.play for each in CHAPTERS),
        the_course_of_it,
        registers,
        two_sisters_of_a_rescue,
        the_person_s_rights,
        those_who_look,
        watching.play,
    ):
        chapter(story, trace)
        trace.look()

    labels = {label for label, _model, _field in sealed_fields()}
    assert labels - {label for label, values in trace.held.items() if values} == set(), (
        "a field was never filled"
    )
    without_canary = {
        label for label in labels if not any("canari" in text.lower() for text in trace.held[label])
    }
    assert without_canary - {"referral.Person.phone", "referral.Guardian.phone"} == CODED
    shown = b"\n".join(trace.bodies).decode(errors="replace").replace("\xa0", " ")
    assert {secret for secret in PLANTED if secret not in shown} <= UNSHOWN, (
        "nobody ever saw it: was it there?"
    )

    codes = [
        code
        for code in trace.held["referral.Referral.arrival_code"]
        if not set(code) <= set("0123456789ABCDEF")
    ]
    left_behind = {
        "database": canary.database(),
        "mails": "\n".join(f"{m.subject}\n{m.body}\n{m.message()}" for m in mail.outbox).encode(),
        "addresses": "\n".join(trace.addresses).encode(),
        "headers": "\n".join(trace.headers).encode(),
        "titles": "\n".join(trace.titles).encode(),
        "temporary files": b"\n".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()),
    }
    leaks = {place: canary.found([*PLANTED, *codes], heap) for place, heap in left_behind.items()}
    assert {place: secrets for place, secrets in leaks.items() if secrets} == {}
    assert log_holds(caplog, [*PLANTED, *codes]) == []
    assert default_storage.listdir("") == ([], [])
    # The search does find what is there, and there was something to search.
    assert canary.found(["Maison Teranga"], left_behind["database"]) == ["Maison Teranga"]
    assert len(mail.outbox) > 10
    assert caplog.records


# --- The search itself --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text.encode(),
        lambda text: text.lower().encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode().hex().encode(),
        lambda text: text.encode().hex().upper().encode(),
        lambda text: base64.b64encode(b"x" + text.encode() + b"yz"),
        lambda text: base64.urlsafe_b64encode(b"xy" + text.encode()),
        lambda text: urlencode({"q": text}).encode(),
        lambda text: ascii(text).encode(),
    ],
)
def test_the_search_finds_every_dress(dress: Any) -> None:
    assert canary.found(["Récit Canari"], b"before " + dress("Récit Canari") + b" after") == ["Récit Canari"]
    assert canary.found(["Récit Canari"], b"before and after") == []


@pytest.mark.parametrize("where", ["session", "cache"])
def test_the_search_looks_into_sessions_and_cache(transactional_cast: c.Cast, where: str) -> None:
    text = "récit canari égaré, assez long pour être comprimé " * 5
    if where == "session":
        session = sign_in(transactional_cast.aissatou).session
        session["half_typed"] = text
        session.save()
    else:
        cache.set("half_typed", text)
    assert canary.found(["récit canari égaré"], canary.database()) == ["récit canari égaré"]
