"""What the rules of consent, places and organisations refuse: with its sentence, changing nothing, with an event."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from audit import clock
from audit.models import Event
from partners.models import Organisation, Places, User
from referral.models import Referral, Task
from referral.services.basis import withdraw_consent
from tests import cast as c
from tests.contents import log_holds, nothing_changes
from tests.referral.pages import act_url, press, sign_in, values_of
from tests.referral.story import Story, fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

SUSPENDED = "Cette organisation est suspendue ou sa convention est terminée\N{NO-BREAK SPACE}: choisissez-en une autre."
NO_BASIS = "No live consent or legal ground covers what would be shared with this organisation."


@pytest.fixture(autouse=True)
def the_log_holds_no_datum(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert log_holds(caplog, c.SECRETS.values()) == []


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


def denials(user: User) -> list[str]:
    events = Event.objects.using("audit").filter(actor_id=user.pk, outcome="denied").order_by("seq")
    return list(events.values_list("reason_code", flat=True))


def answered(referral: Referral, cast: c.Cast, **typed: Any) -> dict[str, Any]:
    """An acceptance as the page of `codou` would send it."""
    page = sign_in(cast.codou).get(act_url(referral, "accept"))
    return values_of(page.context["form"]) | {"conflict": "no"} | typed


@pytest.mark.parametrize("consent", ["missing", "expired", "withdrawn"])
def test_without_a_live_consent_nothing_is_sent(cast: c.Cast, story: Story, consent: str) -> None:
    case = c.open_case(cast, **{"age_status": "adult", "age_band": "21-29"})
    if consent != "missing":
        c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    if consent == "expired":
        story.later(days=366)
    if consent == "withdrawn":
        with c.acting(cast.aissatou) as actor:
            asked = {"recipient_id": cast.centre.pk, "purpose": "services", "person_is_safe": True}
            withdraw_consent(case.pk, by=actor, at=clock.now(), **asked)
        draft = c.drafted(cast, case)  # the withdrawal has thrown the first away
    with nothing_changes():
        answer = press(sign_in(cast.aissatou), act_url(draft, "send"))
    assert (answer.status_code, said(answer)) == (200, fr(NO_BASIS))
    assert denials(cast.aissatou) == ["NOT_POSSIBLE_SEND"]
    assert sign_in(cast.codou).get(reverse("referral", args=[draft.pk])).status_code == 404


def test_a_consent_that_ran_out_stops_the_acceptance_and_closes_what_was_shared(
    cast: c.Cast, story: Story
) -> None:
    waiting, received = c.sent(cast), c.accepted(cast)
    story.later(days=366)
    data = answered(waiting, cast)
    with nothing_changes():
        answer = sign_in(cast.codou).post(act_url(waiting, "accept"), data)
        shared = sign_in(cast.codou).get(reverse("referral_shared", args=[received.pk]))
    assert (answer.status_code, said(answer)) == (200, fr(NO_BASIS))
    assert shared.status_code == 403
    assert denials(cast.codou) == ["NOT_POSSIBLE_ACCEPT", "NOT_ALLOWED_SNAPSHOT"]
    page = sign_in(cast.codou).get(reverse("referral", args=[received.pk])).content.decode()
    assert (
        fr("The consent or legal ground has ended. What was shared with you is closed; the referral goes on.")
        in page
    )


def test_a_full_centre(cast: c.Cast) -> None:
    """Two girls lie there: the third is not accepted unless the desk says why."""
    c.accepted(cast), c.accepted(cast)
    third = c.sent(cast)
    page = sign_in(cast.codou).get(act_url(third, "accept"))
    with nothing_changes():
        answer = sign_in(cast.codou).post(
            act_url(third, "accept"), values_of(page.context["form"]) | {"conflict": "no"}
        )
    assert (answer.status_code, said(answer)) == (200, fr("Say why you go above capacity."))


def test_the_last_place_went_while_the_page_was_open(cast: c.Cast) -> None:
    first, second = c.sent(cast), c.sent(cast)
    data = answered(second, cast, label="besoin canari")
    c.accepted(cast), c.accepted(cast, first)
    with nothing_changes():
        answer = sign_in(cast.codou).post(act_url(second, "accept"), data)
    assert answer.status_code == 200
    assert said(answer)
    assert "besoin canari" in answer.content.decode()  # what was typed is kept
    girls = Places.objects.get(pk=cast.girls.pk)
    assert (girls.held, girls.capacity) == (2, 2)


def test_places_are_not_counted_below_those_who_lie_there(cast: c.Cast) -> None:
    c.started(cast), c.accepted(cast)
    url = reverse("places-edit", args=[cast.girls.pk])
    with nothing_changes():
        answer = press(sign_in(cast.codou), url, capacity="1", occupied="1")
    assert fr("This is %(count)d person above capacity: say why, or correct the number.") % {
        "count": 1
    } in said(answer)


def test_an_inactive_organisation(cast: c.Cast) -> None:
    """Suspended after the draft: no sending, no choosing, no consent about it; what lay there has come back."""
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft, lies_there = c.drafted(cast, case), c.sent(cast)
    centre = Organisation.objects.get(pk=cast.centre.pk)
    done = press(sign_in(cast.mareme), reverse("organisation-suspend", args=[centre.pk]))
    assert done.status_code == 302
    lies_there.refresh_from_db()
    assert (lies_there.state, lies_there.withdraw_reason) == ("withdrawn", "ORGANISATION_SUSPENDED")
    assert Task.objects.filter(referral=lies_there, kind="redirect", done_at=None).exists()
    with nothing_changes():
        answer = press(sign_in(cast.aissatou), act_url(draft, "send"))
        assert fr(
            "This organisation is suspended, or its agreement has run out: choose another provider."
        ) in said(answer)
        url = f"{reverse('case_refer', args=[case.pk])}?service=SHELTER_EMERG&urgency=urgent"
        offered = sign_in(cast.aissatou).get(url).context["rows"]
        assert [row["pk"] for row in offered] == [str(cast.other_centre.pk)]
        to = urlencode({"to": f"{centre.pk}:SHELTER_EMERG", "ask": "1"})
        asked = sign_in(cast.aissatou).get(f"{reverse('consent', args=[case.pk])}?{to}")
        assert asked.context["chosen"] == []
    assert sign_in(cast.codou).get(reverse("inbox")).status_code == 302
    assert denials(cast.aissatou) == ["NOT_POSSIBLE_SEND"]
