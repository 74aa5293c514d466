"""The sheet for the office: read aloud from, filled in, kept. In two languages, large, accessible, without a name."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from pypdf import PdfReader

from audit.models import Event
from audit.rows import write
from partners.models import Code
from partners.queries.codes import forget_codes
from referral.models import Case, ConsentTalk, ConsentText
from referral.references import spoken
from tests import cast as c
from tests.canary import found
from tests.referral.pages import press, sign_in
from tests.referral.story import fr
from tests.referral.test_case_consent import adult
from tests.referral.test_consent_talk import CLEAR, talks

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def sheet(cast: c.Cast, case: Case, who: str = "aissatou", **query: Any) -> Any:
    return sign_in(cast.people[who]).get(reverse("consent_sheet", args=[case.pk]), query)


def read(answer: Any) -> PdfReader:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return PdfReader(BytesIO(answer.content))


def text_of(answer: Any) -> str:
    pages = " ".join(page.extract_text() for page in read(answer).pages)
    return " ".join(pages.replace("\xa0", " ").replace("\xad", "").split())


def same(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("tongue", "language"), [("fr", "fr-SN"), ("en", "en-SN"), ("wo", "fr-SN"), ("ff", "fr-SN")]
)
def test_a_reader_of_screens_can_read_it(cast: c.Cast, tongue: str, language: str) -> None:
    pdf = read(sheet(cast, adult(cast), read=tongue))
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == ("What I agree to" if tongue == "en" else fr("What I agree to"))
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize("listener", ["adult", "child"])
def test_a_blank_sheet_holds_what_is_read_in_two_languages_and_the_aid(cast: c.Cast, listener: str) -> None:
    case = adult(cast) if listener == "adult" else c.open_case(cast)
    said = text_of(sheet(cast, case, read="wo", to=f"{cast.centre.pk}:SHELTER_EMERG"))
    for language in ("fr", "en", "wo"):
        text = ConsentText.objects.get(language=language, listener=listener)
        for part in ("introduction", "agrees", "purpose", "withdrawal"):
            assert same(getattr(text, part)) in said, (language, part)
    for line in (
        "Explained by",
        "Witness or interpreter",
        "Signature (not required)",
        "Where this sheet is kept",
    ):
        assert line in said
        assert same(fr(line)) in said
    assert cast.centre.name in said
    assert spoken(case.reference) in said
    assert "×" not in said  # nothing is answered yet


def test_no_name_stands_on_it_nor_in_the_name_of_the_file(cast: c.Cast) -> None:
    case = c.open_case(cast)
    typed = CLEAR | {"assent": "parole canari", "guardian": "nobody", "original": "armoire canari"}
    assert talks(cast, case, **typed).status_code == 302
    talk = ConsentTalk.objects.get(case=case)
    for query in ({}, {"talk": str(talk.pk)}):
        answer = sheet(cast, case, **query)
        assert answer["Content-Disposition"] == 'inline; filename="feuille.pdf"'
        secrets = [value for name, value in c.SECRETS.items() if name != "nationality"]
        planted = [*secrets, "parole canari", "armoire canari", "Témoin Canari"]
        assert found(planted, text_of(answer).encode() + answer.content) == []


def test_a_filled_sheet_shows_what_was_answered_in_the_words_that_were_read(cast: c.Cast) -> None:
    case = adult(cast)
    talks(cast, case, **CLEAR)
    text = ConsentText.objects.get(language="fr", listener="adult")
    press(sign_in(cast.ibrahima), reverse("consent_text", args=[text.pk]), purpose="Autre phrase.")
    said = text_of(sheet(cast, case, talk=str(ConsentTalk.objects.get(case=case).pk)))
    assert said.count("×") == 7 + 5  # the points, and the groups of one lodging
    assert same(text.purpose) in said
    assert "Autre phrase." not in said
    assert "Autre phrase." in text_of(sheet(cast, case))


def test_a_sheet_of_what_was_taken_back(cast: c.Cast) -> None:
    case = adult(cast)
    assert sheet(cast, case, kind="withdrawal").status_code == 404
    c.agree(cast, case, cast.centre)
    about = {"about": f"{cast.centre.pk}:services", "person_is_safe": "yes"}
    press(sign_in(cast.aissatou), reverse("consent_withdraw", args=[case.pk]), **about)
    page = sign_in(cast.aissatou).get(reverse("case", args=[case.pk]))
    said = text_of(sign_in(cast.aissatou).get(page.context["talks"]["withdrawal_url"]))
    assert "What I take back" in said
    assert cast.centre.name in said
    assert "What was printed or is remembered cannot be taken back." in said


def test_printing_is_written_down_and_only_for_who_may_print(cast: c.Cast) -> None:
    case = adult(cast)
    talks(cast, case, **CLEAR)
    talk, other = ConsentTalk.objects.get(case=case), adult(cast)
    assert sheet(cast, case, who="bineta", talk=str(talk.pk)).status_code == 200
    event = Event.objects.using("audit").get(verb="print", actor_id=cast.bineta.pk)
    assert (event.object_id, event.case_id, event.fields) == (talk.pk, case.pk, ["answers"])
    assert sheet(cast, other).status_code == 200
    assert Event.objects.using("audit").get(verb="print", object_id=other.pk).scope == "consent_sheet"
    for wrong in (str(talk.pk), str(uuid4()), "nonsense"):
        assert sheet(cast, other, talk=wrong).status_code == 404
    for stranger in ("codou", "khady", "ibrahima"):
        assert sheet(cast, case, who=stranger).status_code == 404


def test_a_thumbprint_is_asked_for_only_where_the_ministry_has_turned_it_on(cast: c.Cast) -> None:
    case = adult(cast)
    assert fr("Thumbprint (not required)") not in text_of(sheet(cast, case))
    code = Code.objects.get(list="consent_method", code="thumbprint")
    code.active = True
    with c.acting(), transaction.atomic():
        write(code, fields=["active"])
    forget_codes()
    try:
        assert fr("Thumbprint (not required)") in text_of(sheet(cast, case))
    finally:
        forget_codes()
