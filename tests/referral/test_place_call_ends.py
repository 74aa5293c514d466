"""Where a place call leads: one centre whose place is held, or the next search; and how long either waits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.rows import write
from referral.models import PlaceCall, Referral
from tests import cast as c
from tests.referral.calling import centre, held, offered, opened
from tests.referral.pages import act, later, press, sign_in
from tests.referral.passing import go_round
from tests.referral.test_place_calls import asks, state_of, url
from tests.referral.test_terms import sets

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_one_person_holds_the_place_of_one_centre(cast: c.Cast) -> None:
    """The next call waits for the draft to be sent or thrown away, however the form was got."""
    diarra, beds = centre(cast, "diarra")
    case = c.open_case(cast)
    call = opened(cast, case=case)
    offer = offered(call, cast.codou)
    early = sign_in(cast.aissatou)
    address = f"{url('place_call_new', case)}?service=SHELTER_EMERG&urgency=urgent&days=10"
    press(sign_in(cast.aissatou), url("place_call_choose", offer))
    draft = Referral.objects.get(case=case)
    page = early.get(address)
    assert url("referral_check", draft) in page.content.decode()
    assert 'name="centres"' not in page.content.decode()
    typed = {"centres": [str(diarra.organisation_id)], "agreed": "yes", "agreed_how": "oral_with_witness"}
    refused = early.post(address, {"key": str(uuid4()), **typed})
    assert refused.status_code == 200
    assert refused.context["form"].errors
    assert PlaceCall.objects.filter(case=case).count() == 1
    # Thrown away, the place is free and the next centre may be asked.
    act(cast.aissatou, draft, "withdraw", reason_code="OTHER_SOLUTION")
    assert held(cast.girls, beds) == [0, 0]
    assert asks(cast, case, diarra.organisation).status_code == 302


def test_a_call_that_ended_leads_to_the_search_for_the_same_need(cast: c.Cast) -> None:
    need = {"days": 10}
    closed = opened(cast, **need)
    press(sign_in(cast.aissatou), url("place_call_close", closed))
    expired = opened(cast, **need)
    later(hours=5)
    go_round()
    assert [state_of(each)[0] for each in (closed, expired)] == ["closed", "expired"]
    for call in (closed, expired):
        page = sign_in(cast.aissatou).get(url("place_call", call))
        again = page.context["again_url"]
        assert again.replace("&", "&amp;") in page.content.decode()
        assert again.startswith(reverse("case_refer", args=[call.case_id]))
        assert set(again.split("?")[1].split("&")) == {"service=SHELTER_EMERG", "urgency=urgent", "days=10"}


def test_coordination_sets_how_long_a_call_and_an_offer_wait(cast: c.Cast) -> None:
    sets("place_call", 9)
    sets("offer_held", 5, organisation=cast.centre)
    call = opened(cast)
    assert call.due_at - call.opened_at == timedelta(hours=9)
    offer = offered(call, cast.codou)
    assert offer.held_until is not None
    assert offer.held_until - clock.now() > timedelta(hours=4.9)
    press(sign_in(cast.aissatou), url("place_call_choose", offer))
    later(hours=4)
    go_round()
    assert held(cast.girls) == [1]
    later(hours=6)
    go_round()
    assert held(cast.girls) == [0]


def test_where_nobody_is_found_the_telephone_of_coordination_stands(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        cast.unit.refresh_from_db()
        cast.unit.telephone = "+221 33 800 00 00"
        write(cast.unit, fields=["telephone"])
    asked = f"{url('case_refer', c.open_case(cast))}?service=LEGAL&urgency=urgent"
    page = sign_in(cast.aissatou).get(asked)
    assert page.context["rows"] == []
    assert "33 800 00 00" in page.content.decode().replace("\xa0", " ")
