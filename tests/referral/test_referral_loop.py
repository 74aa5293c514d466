"""The main job through HTTP, as the people who do it."""

import pytest
from django.urls import reverse

from referral.models import Referral
from tests import cast as c
from tests.referral.pages import act, page_of, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def test_a_child_is_referred_received_and_helped(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    aissatou, codou, daouda = sign_in(cast.aissatou), sign_in(cast.codou), sign_in(cast.daouda)

    need = aissatou.get(reverse("case_refer", args=[case.pk]))
    assert need.status_code == 200
    url = f"{reverse('case_refer', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent&days=30"
    answer = press(aissatou, url, organisation=str(cast.centre.pk))
    referral = Referral.objects.get()
    assert answer.url == reverse("referral_check", args=[referral.pk])

    checked = aissatou.get(answer.url)
    body = checked.content.decode()
    assert {"Ndiaye-Canari", "santé canari"} <= {word for word in c.SECRETS.values() if word in body}
    assert "récit canari" not in body
    answer = press(aissatou, answer.url)
    assert answer.url == reverse("referral_act", args=[referral.pk, "send"])
    assert press(aissatou, answer.url).url == reverse("referral", args=[referral.pk])

    inbox = codou.get(reverse("inbox"))
    assert reverse("referral", args=[referral.pk]) in inbox.content.decode()
    before = page_of(cast.codou, referral).content.decode()
    assert "Canari" not in before
    assert act(cast.codou, referral, "acknowledge").status_code == 302
    assert act(cast.codou, referral, "accept", conflict="no", worker=str(cast.daouda.pk)).status_code == 302
    referral.refresh_from_db()
    assert referral.state == "accepted"
    shared = codou.get(reverse("referral_shared", args=[referral.pk])).content.decode()
    assert "Ndiaye-Canari" in shared

    code = page_of(cast.aissatou, referral).context["arrival_code"]
    assert len(code) == 7
    assert act(cast.daouda, referral, "start", code=code.lower()).status_code == 302
    answer = act(cast.daouda, referral, "complete", reason_code="NEED_MET", left="yes")
    assert answer.status_code == 302
    referral.refresh_from_db()
    assert (referral.state, referral.outcome) == ("completed", "NEED_MET")
    assert daouda.get(reverse("referral_shared", args=[referral.pk])).status_code == 403
    assert page_of(cast.aissatou, referral).status_code == 200
