"""Paper mode: what is printed holds no name, and what was written by hand is entered under the printed codes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.templatetags.interface import day, telephone
from referral.models import Case, Referral, ReservedCode
from referral.queries import paper
from referral.references import is_reference, spoken
from tests import cast as c
from tests.referral.pages import later, leaked, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

FORM = {
    "urgency": "urgent",
    "risk": "high",
    "age_status": "adult",
    "age_band": "21-29",
    "sex": "female",
    "needs": "un lit",
}


def a_pad(cast: c.Cast, sheets: int = 2) -> str:
    answer = press(sign_in(cast.aissatou), reverse("paper"), sheets=sheets)
    assert answer.status_code == 302
    return str(answer.url)


def enter(cast: c.Cast, code: str, **typed: object) -> object:
    return press(
        sign_in(cast.aissatou),
        reverse("case_new_page"),
        **(FORM | {"region": cast.region.code, "paper_code": code} | typed),
    )


def test_a_pad_has_two_codes_a_sheet_that_can_be_said_on_the_telephone(cast: c.Cast) -> None:
    url = a_pad(cast, 3)
    page = sign_in(cast.aissatou).get(url).content.decode()
    codes = list(ReservedCode.objects.all())
    assert len(codes) == 6
    assert all(is_reference(code.reference) and spoken(code.reference) in page for code in codes)
    assert Event.objects.filter(verb="print", actor_id=cast.aissatou.pk).count() == 1


def test_what_was_written_by_hand_is_entered_under_its_codes_and_its_time(cast: c.Cast) -> None:
    a_pad(cast, 1)
    case_code = ReservedCode.objects.get(use="case")
    met = clock.now() - timedelta(days=2)
    answer = enter(cast, spoken(case_code.reference).lower(), occurred_at=met.strftime("%Y-%m-%dT%H:%M"))
    assert answer.status_code == 302
    case = Case.objects.get()
    assert case.reference == case_code.reference
    move = case.transitions.get()
    assert move.occurred_at < move.recorded_at - timedelta(days=1)
    c.agree(cast, case, cast.centre)
    c.agree(cast, case, cast.other_centre)
    first, second = c.drafted(cast, case), c.drafted(cast, case, to=cast.other_centre)
    assert first.reference == ReservedCode.objects.get(use="referral").reference
    assert second.reference != first.reference
    assert not ReservedCode.objects.filter(used_at=None).exists()
    assert sign_in(cast.aissatou).get(reverse("paper")).context["unused"] == 0


@pytest.mark.parametrize("slip", ["AAAA", "0000 0000 1", "²²² ³³³ ¹¹¹", "x" * 20])
def test_a_slip_in_the_code_opens_nothing_and_keeps_what_was_typed(cast: c.Cast, slip: str) -> None:
    a_pad(cast)
    answer = enter(cast, slip, needs="un lit ce soir")
    assert (answer.status_code, Case.objects.count()) == (200, 0)
    assert "un lit ce soir" in answer.content.decode()
    assert ReservedCode.objects.filter(used_at__isnull=False).count() == 0


def test_a_code_opens_one_case_and_a_strangers_code_none(cast: c.Cast) -> None:
    a_pad(cast, 1)
    code = ReservedCode.objects.get(use="case").reference
    answer = press(
        sign_in(cast.fatou), reverse("case_new_page"), **FORM, region=cast.region.code, paper_code=code
    )
    assert (answer.status_code, Case.objects.count()) == (200, 0)
    assert enter(cast, code).status_code == 302
    assert enter(cast, code).status_code == 200
    assert Case.objects.count() == 1


def test_a_strangers_pad_is_not_there(cast: c.Cast) -> None:
    url = a_pad(cast)
    assert sign_in(cast.fatou).get(url).status_code == 404
    assert sign_in(cast.habib).get(url).status_code == 403
    assert press(sign_in(cast.codou), reverse("paper"), sheets=1).status_code == 403


@pytest.mark.parametrize("sheets", ["0", "31", "-1", "beaucoup", ""])
def test_so_many_forms_cannot_be_printed(cast: c.Cast, sheets: str) -> None:
    answer = press(sign_in(cast.aissatou), reverse("paper"), sheets=sheets)
    assert (answer.status_code, ReservedCode.objects.count()) == (200, 0)


def test_the_sheet_of_the_night_holds_codes_and_telephones_and_no_name(cast: c.Cast) -> None:
    with c.acting():
        cast.unit.telephone = "+221 33 800 00 00"
        c.write(cast.unit, fields=["telephone"])
    referral = c.accepted(cast)
    page = sign_in(cast.codou).get(reverse("duty_sheet"))
    body = page.content.decode()
    assert spoken(referral.reference) in body
    assert telephone("+221 33 800 00 00") in body
    assert leaked(page) == []
    assert cast.daouda.name not in body
    assert Event.objects.using("audit").filter(verb="list", actor_id=cast.codou.pk).exists()
    theirs = sign_in(cast.fatou).get(reverse("duty_sheet")).content.decode()
    assert spoken(Referral.objects.get().reference) not in theirs


def test_the_sheet_of_the_night_keeps_what_cannot_wait_the_most_urgent_first(cast: c.Cast) -> None:
    with c.acting():
        cast.unit.telephone = "+221338000000"
        c.write(cast.unit, fields=["telephone"])
    c.drafted(cast, c.open_case(cast))  # a draft can wait
    standard = c.sent(cast, urgency="standard")
    emergency = c.sent(cast, urgency="emergency")
    stays = c.started(cast)  # due in a month
    page = sign_in(cast.codou).get(reverse("duty_sheet"))
    assert [row["reference"] for row in page.context["rows"]] == [
        spoken(emergency.reference),
        spoken(standard.reference),
    ]
    assert (page.context["unshown"], page.context["later"]) == (0, 1)
    assert page.context["national"] == telephone("+221338000000")
    later(hours=3)
    body = sign_in(cast.codou).get(reverse("duty_sheet")).content.decode()
    assert spoken(stays.reference) not in body
    assert "En retard" in body
    assert "Vous : Accuser réception" in body.replace("\xa0", " ")
    ours = sign_in(cast.aissatou).get(reverse("duty_sheet")).content.decode().replace("\xa0", " ")
    assert "Eux : Accuser réception" in ours


def test_one_page_says_how_much_more_there_is(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "LINES", 1)
    c.sent(cast, urgency="standard")
    c.sent(cast, urgency="urgent")
    page = sign_in(cast.codou).get(reverse("duty_sheet"))
    assert (len(page.context["rows"]), page.context["unshown"]) == (1, 1)


def test_what_is_printed_is_listed_opened_again_and_entered_from_there(cast: c.Cast) -> None:
    url, browser = a_pad(cast, 2), sign_in(cast.aissatou)
    body = browser.get(reverse("paper")).content.decode()
    codes = ReservedCode.objects.filter(use="case")
    assert url in body
    for code in codes:
        assert f"{reverse('case_new_page')}?sheet={code.sheet}" in body
    entry = f"{reverse('case_new_page')}?sheet={codes[0].sheet}"
    page = browser.get(entry)
    first = page.context["sections"][0]
    assert [field.name for field in first["fields"]] == ["paper_code", "occurred_at"]
    assert not first["folded"]
    assert first["fields"][0].value() == spoken(codes[0].reference)
    typed = FORM | {"region": cast.region.code, "paper_code": first["fields"][0].value()}
    assert press(browser, entry, **typed).status_code == 302
    assert ReservedCode.objects.get(used_at__isnull=False).reference == Case.objects.get().reference
    # The desk without caseworkers reads the list and enters nothing.
    assert "?sheet" not in sign_in(cast.codou).get(reverse("paper")).content.decode()


@pytest.mark.parametrize("sheet", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_form_whose_sheet_is_not_known_opens_with_an_empty_code(cast: c.Cast, sheet: str) -> None:
    page = sign_in(cast.aissatou).get(f"{reverse('case_new_page')}?sheet={sheet}")
    assert not page.context["sections"][0]["fields"][0].value()
    a_pad(cast, 1)
    theirs = ReservedCode.objects.get(use="case").sheet
    page = sign_in(cast.fatou).get(f"{reverse('case_new_page')}?sheet={theirs}")
    assert not page.context["sections"][0]["fields"][0].value()


def test_a_half_typed_form_stays_with_its_sheet(cast: c.Cast) -> None:
    a_pad(cast, 2)
    one, other = ReservedCode.objects.filter(use="case").values_list("sheet", flat=True)
    browser = sign_in(cast.aissatou)
    page = browser.get(f"{reverse('case_new_page')}?sheet={one}")
    assert browser.post(page.context["draft_url"], {"needs": "un lit ce soir"}).status_code == 200
    assert browser.get(f"{reverse('case_new_page')}?sheet={one}").context["draft_resumed"]
    assert not browser.get(f"{reverse('case_new_page')}?sheet={other}").context["draft_resumed"]


def test_a_case_of_paper_was_opened_when_it_was_written_by_hand(cast: c.Cast) -> None:
    a_pad(cast, 1)
    code, met = ReservedCode.objects.get(use="case").reference, clock.now() - timedelta(days=2)
    enter(cast, code, occurred_at=met.strftime("%Y-%m-%dT%H:%M"))
    page = sign_in(cast.aissatou).get(reverse("case", args=[Case.objects.get().pk]))
    assert page.context["opening"] == (f"Ouvert sur papier le {day(met)}, saisi le {day(clock.now())}.")
    enter(cast, "")
    page = sign_in(cast.aissatou).get(reverse("case", args=[Case.objects.exclude(reference=code).get().pk]))
    assert page.context["opening"] == f"Ouvert le {day(clock.now())}."
