"""Who gives no name is referred, housed and followed all the same; who shares nothing leaves a count and no more."""

from typing import Any

import pytest
from django.urls import reverse

from referral.models import Case, Referral
from tests import cast as c
from tests.referral.pages import page_of, press, sign_in
from tests.referral.story import Story, said
from tests.referral.test_guided import begin, open_it

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def opened_under_an_alias(cast: c.Cast) -> Case:
    client = sign_in(cast.aissatou)
    topics: dict[str, dict[str, Any]] = {
        "danger": {"urgency": "urgent"},
        "need": {"first_needs": ["SHELTER_EMERG"]},
        "age": {"age_status": "adult", "age_band": "21-29"},
        "sex": {"sex": "female"},
        "called": {"alias": "Étoile Canari"},
    }
    about = begin(client, **topics)
    client.post(reverse("intake_topic", args=[about, "identity"]), {"declined_topic": "1"})
    return Case.objects.get(pk=open_it(client, about).url.split("/")[2])


def test_under_an_alias_from_the_first_meeting_to_the_end(
    cast: c.Cast, django_capture_on_commit_callbacks: Any
) -> None:
    story = Story(cast, django_capture_on_commit_callbacks)
    case = opened_under_an_alias(cast)
    referral = story.refers(case, cast.centre, "SHELTER_EMERG", told="codou")
    assert "Étoile Canari" not in page_of(cast.codou, referral).content.decode()
    story.acts("codou", referral, "accept", told="aissatou", conflict="no", worker=str(cast.daouda.pk))
    shared = sign_in(cast.daouda).get(reverse("referral_shared", args=[referral.pk]))
    assert "Étoile Canari" in shared.content.decode()
    with c.acting(cast.codou):
        payload = referral.snapshots.get().payload
    assert payload["identity"] == {"alias": "Étoile Canari"}
    story.acts("daouda", referral, "start", told="aissatou", identified_otherwise="par l’alias")
    story.acts("daouda", referral, "complete", told="aissatou", reason_code="NEED_MET", left="yes")
    assert Referral.objects.get(pk=referral.pk).state == "completed"


def test_who_shares_nothing_is_followed_here_and_only_counted_elsewhere(
    cast: c.Cast, django_capture_on_commit_callbacks: Any
) -> None:
    story = Story(cast, django_capture_on_commit_callbacks)
    case = opened_under_an_alias(cast)
    story.agrees(case, cast.centre, "SHELTER_EMERG", groups=())
    refer = f"{reverse('case_refer', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent"
    draft = press(sign_in(cast.aissatou), refer, organisation=str(cast.centre.pk))
    referral = Referral.objects.get()
    assert draft.status_code == 302
    refused = press(sign_in(cast.aissatou), reverse("referral_act", args=[referral.pk, "send"]))
    assert (refused.status_code, said(refused) != "") == (200, True)
    assert page_of(cast.codou, referral).status_code == 404
    # What is counted is in clear and identifies nobody.
    assert (case.state, case.person.sex, case.person.age_band) == ("screening", "female", "21-29")
    assert press(sign_in(cast.aissatou), reverse("case_protect", args=[case.pk])).status_code == 302
