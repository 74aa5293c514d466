"""What a person asks about her or his data, legal holds, and the history of what was corrected."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.models import Region
from referral.avoiding import Avoided, What, Why
from referral.enums import Group, TaskKind
from referral.lifecycle import NotPossible
from referral.models import LegalHold, Notice, RightsRequest, Task
from referral.services import basis, custody, no_go, rights
from tests import cast as c
from tests.referral.pages import later, leaked, press, same_as_unknown, sign_in
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def asked(cast: c.Cast, case: Any, kind: str = "access", **typed: Any) -> RightsRequest:
    said = {"kind": kind, "identified": "known", "note": "demande canari"} | typed
    answer = press(sign_in(cast.aissatou), reverse("request_new", args=[case.pk]), **said)
    assert answer.status_code == 302
    return RightsRequest.objects.get(case=case, kind=kind, answered_at=None)


def looks(row: Any) -> list[tuple[str, str]]:
    return list(Event.objects.using("audit").filter(object_id=row.pk).values_list("verb", "scope"))


# --- Requests -------------------------------------------------------------------------------------------------
def test_a_request_is_answered_within_a_month_by_a_task(cast: c.Cast) -> None:
    case = c.open_case(cast)
    row = asked(cast, case)
    assert row.due_at - row.received_at == timedelta(days=30)
    task = Task.objects.get(kind=TaskKind.ANSWER_REQUEST)
    assert (task.due_at, task.owner_id) == (row.due_at, cast.aissatou.pk)
    answer = press(sign_in(cast.aissatou), reverse("request", args=[row.pk]), result="granted")
    assert answer.status_code == 302
    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.result, row.answered_by_id, task.result) == ("granted", cast.aissatou.pk, "granted")


def test_a_request_that_arrived_earlier_is_due_earlier_and_none_arrives_tomorrow(cast: c.Cast) -> None:
    case, at = c.open_case(cast), clock.now()
    url = reverse("request_new", args=[case.pk])
    tomorrow = (at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"kind": "access", "identified": "known", "received_at": tomorrow}
    refused = press(sign_in(cast.aissatou), url, **said)
    assert refused.status_code == 200
    assert "received_at" in refused.context["form"].errors
    assert not RightsRequest.objects.exists()
    row = asked(cast, case, received_at=(at - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M"))
    assert timedelta(days=19) < row.due_at - at < timedelta(days=20, hours=1)


def test_answering_one_leaves_the_task_of_the_other(cast: c.Cast) -> None:
    case = c.open_case(cast)
    first, _second = asked(cast, case), asked(cast, case, "objection")
    press(sign_in(cast.aissatou), reverse("request", args=[first.pk]), result="granted")
    assert Task.objects.filter(kind=TaskKind.ANSWER_REQUEST, done_at=None).count() == 1


def test_the_same_request_twice_is_said_and_a_refusal_needs_its_reason(cast: c.Cast) -> None:
    case = c.open_case(cast)
    row = asked(cast, case)
    again = press(
        sign_in(cast.aissatou), reverse("request_new", args=[case.pk]), kind="access", identified="known"
    )
    assert again.status_code == 200
    assert RightsRequest.objects.count() == 1
    refused = press(sign_in(cast.aissatou), reverse("request", args=[row.pk]), result="refused")
    assert "answer" in refused.context["form"].errors
    row.refresh_from_db()
    assert row.answered_at is None


def test_that_a_file_is_erased_is_answered_by_the_erasure_alone(cast: c.Cast) -> None:
    row = asked(cast, c.open_case(cast), "erasure")
    url = reverse("request", args=[row.pk])
    assert "granted" not in dict(sign_in(cast.aissatou).get(url).context["form"].fields["result"].choices)
    assert press(sign_in(cast.aissatou), url, result="granted").status_code == 200
    with c.acting(cast.aissatou) as actor:
        said = {"by": actor, "at": clock.now(), "version": row.version, "result": "granted"}
        with pytest.raises(NotPossible):
            rights.answer_request(row.pk, **said)
    row.refresh_from_db()
    assert row.answered_at is None
    refused = press(sign_in(cast.aissatou), url, result="refused", answer="une enquête court")
    assert refused.status_code == 302


def test_a_closed_file_can_be_asked_about(cast: c.Cast) -> None:
    from tests.referral.test_erasure import closed

    case = closed(cast)
    assert asked(cast, case).due_at > clock.now()


def test_words_of_a_request_are_a_look_and_strangers_find_nothing(cast: c.Cast) -> None:
    row = asked(cast, c.open_case(cast))
    page = sign_in(cast.bineta).get(reverse("request", args=[row.pk]))
    assert "demande canari" in page.content.decode()
    assert ("reveal", "rights") in looks(row)
    for who in ("fatou", "codou", "ibrahima"):
        assert same_as_unknown(sign_in(cast.people[who]), "request", row.pk)


def main_of(answer: Any) -> str:
    body: str = answer.content.decode()
    return re.sub(r"<[^>]+>", " ", body.partition("<main")[2].partition("</main>")[0])


# --- The sheet for the person -----------------------------------------------------------------------------------
def test_the_sheet_holds_everything_of_the_person_and_nothing_of_others(cast: c.Cast) -> None:
    from tests.referral.test_erasure import completed

    contact = {"channels": {"phone": True}, "who": "la tante canari", "hours": "le matin canari"}
    case = c.open_case(cast, safe_contact=contact)
    referral = completed(cast, case)
    with c.acting(cast.aissatou) as actor:
        basis.record_ground(
            case.pk,
            by=actor,
            at=clock.now(),
            code="child_protection",
            recipient=cast.centre,
            purpose="services",
            groups=["identity"],
            reason="motif secret canari",
            best_interest={"safety": "sûre", "view": "oui", "guardian": "oncle canari"},
        )
    press(sign_in(cast.bineta), reverse("case_hold", args=[case.pk]), reason="motif secret canari")
    far = Region.objects.order_by("code").last()
    wish = Avoided(What.REGION, str(far.pk), Why.REFUSED)
    link = Avoided(What.ORGANISATION, str(cast.police.pk), Why.CONFLICT)
    with c.acting(cast.aissatou) as actor:
        no_go.keep_away(case.pk, by=actor, version=0, entries=[wish, link])
    row = asked(cast, case)
    answer = sign_in(cast.aissatou).post(reverse("request_report", args=[row.pk]))
    assert re.findall(r"\w: ", main_of(answer)) == [], "French keeps a space before a colon"
    shown = answer.content.decode().replace("\xa0", " ")
    for name, secret in c.SECRETS.items():
        if name not in ("nationality", "phone"):
            assert secret in shown, name
    assert "77 000 00 99" in shown
    assert "le matin canari" in shown
    assert referral.receiving_organisation.name in shown
    assert shown.count(fr("Document number")) <= 1
    assert fr("Legal hold") in shown
    assert far.name in shown
    agreed = "".join(said for _day, said in answer.context["agreed"])
    assert referral.receiving_organisation.name in agreed
    assert str(Group.IDENTITY.label) in agreed
    for other in (
        "la tante canari",
        "motif secret canari",
        "oncle canari",
        "Témoin Canari",
        "Codou",
        "Daouda",
        "Bineta",
        cast.police.name,
    ):
        assert other not in shown, other
    assert ("reveal", "rights") in looks(case.person)
    assert ("print", "rights") in looks(row)
    assert answer["Cache-Control"].count("no-store")


def test_the_sheet_names_who_looked_by_organisation_and_only_an_access_request_opens_it(
    cast: c.Cast, one_connection: None
) -> None:
    case = c.open_case(cast)
    sign_in(cast.bineta).get(reverse("case", args=[case.pk]))
    row, other = asked(cast, case), asked(cast, case, "correction")
    answer = sign_in(cast.aissatou).post(reverse("request_report", args=[row.pk]))
    assert [name for name, _said in answer.context["looks"]] == [cast.unit.name]
    assert sign_in(cast.aissatou).post(reverse("request_report", args=[other.pk])).status_code == 404
    assert sign_in(cast.aissatou).get(reverse("request_report", args=[row.pk])).status_code == 405
    assert sign_in(cast.fatou).post(reverse("request_report", args=[row.pk])).status_code == 404


# --- Corrections ----------------------------------------------------------------------------------------------
def test_a_correction_is_shown_before_and_after_for_a_reason(cast: c.Cast) -> None:
    case = c.open_case(cast)
    edit = f"{reverse('case_edit', args=[case.pk])}?part=health"
    assert press(sign_in(cast.aissatou), edit, health="guérie canari").status_code == 302
    url, client = reverse("case_changes", args=[case.pk]), sign_in(cast.bineta)
    page = client.get(url)
    assert leaked(page) == []
    assert "guérie canari" not in page.content.decode()
    assert [field["label"] for entry in page.context["entries"] for field in entry["fields"]] == ["Santé"]
    assert client.post(url, {}).status_code == 200
    opened = client.post(url, {"reason": "rights"}).content.decode()
    assert c.SECRETS["health"] in opened
    assert "guérie canari" in opened
    assert c.SECRETS["narrative"] not in opened
    event = Event.objects.using("audit").filter(object_id=case.person.pk, verb="reveal").latest("seq")
    assert (event.fields, event.scope) == (["health"], "rights")
    assert same_as_unknown(sign_in(cast.fatou), "case_changes", case.pk)


# --- Legal hold -----------------------------------------------------------------------------------------------
def test_a_supervisor_sets_and_lifts_a_hold_that_the_file_shows(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url = reverse("case_hold", args=[case.pk])
    assert sign_in(cast.aissatou).get(url).status_code == 403
    press(sign_in(cast.bineta), url, reason="instruction canari")
    hold = LegalHold.objects.get()
    page = sign_in(cast.aissatou).get(reverse("case", args=[case.pk]))
    assert page.context["data"]["hold"] == hold
    assert "instruction canari" not in page.content.decode(), "the reason is locked"
    assert Notice.objects.filter(user=cast.aissatou, object_id=case.pk).exists()
    assert "instruction canari" in sign_in(cast.bineta).get(url).content.decode()
    later(minutes=1)
    press(sign_in(cast.bineta), url)
    hold.refresh_from_db()
    assert hold.lifted_by_id == cast.bineta.pk
    listed, told = (
        sign_in(cast.aissatou).get(url) for url in (reverse("notices"), page.request["PATH_INFO"])
    )
    assert [row["what"] for row in listed.context["rows"]][:2] == [
        fr("Legal hold lifted"),
        fr("Legal hold set"),
    ]
    story = [(str(entry["title"]), entry["by"]) for entry in told.context["timeline"]]
    assert (fr("Legal hold lifted"), "Bineta") in story
    assert (fr("Legal hold set"), "Bineta") in story


def test_a_registry_holds_files_with_a_title_of_its_court_alone(cast: c.Cast) -> None:
    case, other = c.open_case(cast), c.open_case(cast)
    with c.acting(cast.aissatou) as actor:
        custody.enter_title(
            case.pk,
            by=actor,
            at=clock.now(),
            action="requisition",
            court=cast.court,
            number="N° 12",
            name_on_order="Nom Canari",
            issued_on=clock.now().date(),
            ends_at=clock.now() + timedelta(days=2),
        )
    registry = sign_in(cast.habib)
    url = reverse("case_hold", args=[case.pk])
    page = registry.get(url)
    assert (page.status_code, leaked(page)) == (200, [])
    assert case.reference[:3] not in page.content.decode(), "known inside its organisation only"
    title = registry.get(reverse("title_confirm", args=[case.titles.get().pk]))
    assert url in title.content.decode()
    press(registry, url, reason="procès canari")
    assert LegalHold.objects.get().set_by_id == cast.habib.pk
    assert "procès canari" in sign_in(cast.bineta).get(url).content.decode(), "the house knows why"
    press(registry, url)
    press(sign_in(cast.bineta), url, reason="note interne canari")
    assert "note interne canari" not in registry.get(url).content.decode()
    assert same_as_unknown(registry, "case_hold", other.pk)


def test_each_side_lifts_its_own_hold_and_no_other(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url, house, registry = reverse("case_hold", args=[case.pk]), sign_in(cast.bineta), sign_in(cast.habib)
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        paper = order(cast, at)
        until = at + timedelta(days=2)
        custody.enter_title(case.pk, by=actor, at=at, action="requisition", ends_at=until, **paper)
    press(registry, url, reason="procès canari")
    assert press(house, url).status_code == 200, "the house is asked for a reason of its own"
    press(house, url, reason="note interne canari")
    assert {*standing()} == {cast.court.pk, case.organisation_id}
    assert cast.court.name in house.get(url).content.decode()
    press(house, url)
    assert standing() == [cast.court.pk]
    with c.acting(cast.aissatou) as actor:
        custody.enter_title(case.pk, by=actor, at=at, action="lift", ends_at=None, **paper)
    press(registry, url)
    assert standing() == [], "the court lifts its own when its title is lifted"


def order(cast: c.Cast, at: datetime) -> dict[str, Any]:
    """What stands on the paper of the court."""
    return {
        "court": cast.court,
        "number": "N° 12",
        "name_on_order": "Nom Canari",
        "issued_on": at.date(),
    }


def standing() -> list[Any]:
    return list(LegalHold.objects.filter(lifted_at=None).values_list("organisation", flat=True))


def test_whoever_set_a_hold_is_told_when_a_colleague_lifts_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url, habib = reverse("case_hold", args=[case.pk]), sign_in(cast.habib)
    with c.acting(), c.transaction.atomic():
        colleague = c.person("coumba", cast.court, "justice", at=cast.at)
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        paper = order(cast, at)
        custody.enter_title(
            case.pk, by=actor, at=at, action="requisition", ends_at=at + timedelta(days=2), **paper
        )
    press(habib, url, reason="procès canari")
    Notice.objects.all().delete()
    press(sign_in(colleague), url)
    notice = Notice.objects.get(user=cast.habib)
    assert (notice.action_needed, notice.reference == case.reference) == (False, False)
    listed = habib.get(reverse("notices")).content.decode()
    assert (fr("Legal hold") in listed, fr("No longer yours to open") in listed) == (True, False)
    assert habib.get(reverse("notice", args=[notice.pk])).url == url
    assert not Notice.objects.filter(user=colleague).exists()


def test_a_stale_lifting_changes_nothing(cast: c.Cast) -> None:
    case = c.open_case(cast)
    url = reverse("case_hold", args=[case.pk])
    press(sign_in(cast.bineta), url, reason="un")
    press(sign_in(cast.bineta), url)
    press(sign_in(cast.bineta), url, reason="deux")
    later(minutes=1)
    stale = {"key": "3d0bd2ba-6a7a-4a9e-8d4a-00000000000a", "version": "2"}
    assert sign_in(cast.bineta).post(url, stale).status_code == 200
    assert LegalHold.objects.filter(lifted_at=None).count() == 1
