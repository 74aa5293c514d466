"""The file for the data-protection authority: dated, in two languages, with articles, no name and no small number."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from docx import Document

from audit import clock
from audit.models import Event
from partners.pdf import typeset
from referral.models import RetentionTerm
from referral.rights import Identified, RequestKind
from referral.services import incidents, requisitions, rights
from referral.services.requisitions import Order
from reporting.queries.cdp import counts_between
from tests import cast as c
from tests.referral.pages import later, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def asked(cast: c.Cast, times: int) -> None:
    for _each in range(times):
        case = c.open_case(cast)
        with c.acting(cast.aissatou) as actor:
            at = clock.now()
            said = {"kind": RequestKind.ACCESS, "identified": Identified.KNOWN, "note": "demande canari"}
            row = rights.record_request(case.pk, by=actor, at=at, received_at=at, **said)
            rights.answer_request(row.pk, by=actor, at=at, version=row.version, result="granted")


def happened(cast: c.Cast) -> None:
    with c.acting(cast.elisabeth) as actor:
        at = clock.now()
        values = {
            "kind": "lost",
            "noticed_at": at,
            "story": "récit canari",
            "persons": 3,
            "affected": ["adults"],
        }
        incidents.record_incident(by=actor, at=at, values=values)


def words(document: bytes) -> str:
    text = Document(io.BytesIO(document))
    cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in text.paragraphs), *cells])


def test_it_says_what_the_system_is_set_to_and_what_was_asked_without_small_numbers(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        c.write(RetentionTerm(kind="adult", years=7))
    asked(cast, 3)
    happened(cast)
    later(days=40)
    page = sign_in(cast.bineta).get(reverse("cdp"))
    body = page.content.decode()
    assert "7 ans" in body
    for article in ("article 18", "article 22", "article 49", "article 71"):
        assert article in body
    assert "canari" not in body.lower()
    (table,) = [part.table for part in page.context["dossier"].parts if part.table]
    (access,) = [row for row in table.rows if row.label == str(RequestKind.ACCESS.label)]
    assert [figure.publish for figure in access.figures if figure.value] == [False, False]
    assert "masqué" in body


def test_an_order_that_nobody_may_be_told_of_is_not_counted_for_its_house(cast: c.Cast) -> None:
    case, at = c.open_case(cast, by=cast.fatou), clock.now()
    order = Order(
        "Cabinet", "RP 1", at.date(), ["identity"], at + timedelta(days=5), "", at + timedelta(days=9), "juge"
    )
    with c.acting(cast.fatou) as actor:
        requisitions.record_order(case.pk, order, by=actor, at=at)
    span = (at - timedelta(days=1), at + timedelta(days=1))
    assert counts_between(cast.ngo.pk, *span).orders == {}
    assert counts_between(None, *span).orders == {"": 1}
    with c.acting():
        requisitions.end_silence(at + timedelta(days=10))
    assert counts_between(cast.ngo.pk, *span).orders == {"": 1}


def test_ten_persons_are_a_number(cast: c.Cast) -> None:
    asked(cast, 10)
    later(days=40)
    page = sign_in(cast.khady).get(reverse("cdp"))
    (table,) = [part.table for part in page.context["dossier"].parts if part.table]
    assert (table.rows[-1].figures[-1].value, table.rows[-1].figures[-1].publish) == (10, True)


def test_a_house_has_its_own_and_the_unit_and_the_control_that_of_the_country(cast: c.Cast) -> None:
    happened(cast)
    later(days=40)
    lost = "Appareil, papier ou clé"
    assert lost in sign_in(cast.elisabeth).get(reverse("cdp")).content.decode()
    assert lost in sign_in(cast.khady).get(reverse("cdp")).content.decode()
    assert lost not in sign_in(cast.fatou).get(reverse("cdp")).content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_leaves_as_paper_and_as_text_in_both_languages_and_each_leaving_is_an_event(
    cast: c.Cast, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened(cast)
    later(days=40)
    papers: list[Any] = []
    monkeypatch.setattr(
        "reporting.services.cdp.typeset", lambda name, data: papers.append(data) or typeset(name, data)
    )
    client = sign_in(cast.bineta)
    text = client.get(reverse("cdp_file", args=["docx", language]))
    paper = client.get(reverse("cdp_file", args=["pdf", language]))
    assert paper.content.startswith(b"%PDF")
    told = {"fr": ("Loi 2008-12, article 71", "masqué"), "en": ("Law 2008-12, article 71", "masked")}
    for said in (words(text.content), str(papers[0])):
        for word in told[language]:
            assert word in said
        assert "canari" not in said.lower()
    day = (clock.now().replace(day=1) - timedelta(days=1)).date().isoformat()
    assert text["Content-Disposition"] == f'attachment; filename="dossier-cdp-{day}-{language}.docx"'
    scopes = Event.objects.using("audit").filter(verb="export").values_list("scope", flat=True)
    assert set(scopes) == {f"cdp.docx.{language}", f"cdp.pdf.{language}"}
    assert client.get(reverse("cdp_file", args=["pdf", "wo"])).status_code == 404
