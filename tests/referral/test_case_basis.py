"""Legal grounds need a second person; a child's title is entered from the paper and confirmed by its court."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from audit.models import Event
from partners.models import Organisation
from partners.templatetags.interface import mistakes
from referral.lifecycle import NotPossible
from referral.models import Case, CustodyTitle, LegalGround, Notice, Task
from referral.queries import basis_live
from referral.queries.files import NO_BASIS_CHILD
from referral.services import basis
from tests import cast as c
from tests.referral.pages import press, same_as_unknown, sign_in, values_of
from tests.referral.story import fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

BEST = {"safety": "abri canari", "view": "elle veut dormir", "guardian": "le parquet est saisi"}
LODGING = ["identity", "contact", "needs", "health", "children"]


def page(case: Case, organisation: Organisation, service: str = "SHELTER_EMERG", **more: str) -> str:
    query = {"to": f"{organisation.pk}:{service}", "ask": "1", **more}
    return f"{reverse('ground', args=[case.pk])}?{urlencode(query)}"


def adult(cast: c.Cast, **more: Any) -> Case:
    return c.open_case(cast, age_status="adult", age_band="21-29", **more)


def sendable(cast: c.Cast, case: Case) -> bool:
    draft = c.drafted(cast, case)
    return basis_live(draft, c.clock.now())


# --- child protection: valid at once


def test_child_protection_releases_at_once_and_asks_a_second_person(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert press(sign_in(cast.aissatou), page(case, cast.centre), **BEST).url == reverse(
        "case", args=[case.pk]
    )
    ground = LegalGround.objects.get()
    assert (ground.code, sorted(ground.groups), ground.history.count()) == (
        "child_protection",
        sorted(LODGING),
        1,
    )
    assert ground.valid_from == ground.recorded_at
    assert sendable(cast, case)
    task = Task.objects.get(kind="countersign")
    assert (task.organisation, task.due_at - ground.recorded_at) == (cast.unit, timedelta(hours=24))
    assert [notice.user for notice in Notice.objects.all()] == [cast.bineta]
    assert (
        Event.objects.filter(object_type="referral.legalground", reason_code="CHILD_PROTECTION").count() == 1
    )


def test_what_the_child_has_said_no_to_is_ticked_by_whoever_overrides_it(cast: c.Cast) -> None:
    case, client = c.open_case(cast), sign_in(cast.aissatou)
    c.agree(cast, case, cast.centre, groups=["identity"], refused=["health", "children"])
    shown = client.get(page(case, cast.centre))
    kept = ["identity", "contact", "needs"]
    assert sorted(shown.context["form"]["groups"].value()) == sorted(kept)
    assert shown.content.decode().count(fr("The child said no.")) == 2
    assert press(client, page(case, cast.centre), **BEST, groups=[*kept, "health"]).status_code == 302
    transfer = client.get(f"{reverse('case_transfer', args=[case.pk])}?to={cast.centre.pk}")
    groups = transfer.context["form"]["groups"]
    assert ("health" in dict(groups.field.choices), "health" in groups.value()) == (True, False)
    assert transfer.content.decode().count(fr("The child said no.")) == 1


def test_the_summary_names_each_question_that_has_no_answer(cast: c.Cast) -> None:
    empty = dict.fromkeys(BEST, "")
    answer = press(sign_in(cast.aissatou), page(c.open_case(cast), cast.centre), **empty)
    assert len(mistakes(answer.context["form"])) == 3


@pytest.mark.parametrize("missing", BEST)
def test_the_three_best_interest_answers_are_compulsory(cast: c.Cast, missing: str) -> None:
    case = c.open_case(cast)
    answer = press(sign_in(cast.aissatou), page(case, cast.centre), **BEST | {missing: ""})
    assert missing in answer.context["form"].errors
    assert not LegalGround.objects.exists()


def test_it_is_not_offered_for_an_adult_nor_for_an_ngo(cast: c.Cast) -> None:
    of_adult = sign_in(cast.aissatou).get(page(adult(cast), cast.centre)).context["form"]
    assert [code for code, _label in of_adult.fields["code"].choices] == ["legal_obligation", "vital_danger"]
    of_ngo = sign_in(cast.aissatou).get(page(c.open_case(cast), cast.ngo, "MHPSS")).context["form"]
    assert "child_protection" not in dict(of_ngo.fields["code"].choices)


def test_it_never_releases_law_file_story_or_papers(cast: c.Cast) -> None:
    case = c.open_case(cast)
    answer = press(sign_in(cast.aissatou), page(case, cast.centre), **BEST, groups=["identity", "narrative"])
    assert "groups" in answer.context["form"].errors
    assert not LegalGround.objects.exists()


def test_unknown_age_has_the_safeguards_of_a_child(cast: c.Cast) -> None:
    case = c.open_case(cast, age_status="unknown", age_band="unknown")
    assert press(sign_in(cast.aissatou), page(case, cast.centre), **BEST).status_code == 302
    assert sendable(cast, case)


# --- countersignature


def recorded(cast: c.Cast, case: Case, **typed: Any) -> LegalGround:
    before = list(LegalGround.objects.values_list("pk", flat=True))
    press(sign_in(case.owner), page(case, cast.centre), **typed)
    return LegalGround.objects.exclude(pk__in=before).get()


def decide(ground: LegalGround) -> str:
    return reverse("ground_decide", args=[ground.pk])


def test_the_second_person_reads_the_reason_and_countersigns(cast: c.Cast) -> None:
    ground = recorded(cast, c.open_case(cast), **BEST)
    bineta = sign_in(cast.bineta)
    body = bineta.get(decide(ground)).content.decode()
    assert "abri canari" in body
    assert not [secret for secret in c.SECRETS.values() if secret in body]
    assert Event.objects.using("audit").filter(verb="reveal", object_id=ground.pk).count() == 1
    assert press(bineta, decide(ground), approve="yes").status_code == 302
    ground.refresh_from_db()
    assert (ground.approved_by, ground.refused_at, ground.history.count()) == (cast.bineta, None, 2)
    assert Task.objects.get(kind="countersign").done_by == cast.bineta
    assert bineta.get(decide(ground)).context["decided"]


def test_the_page_of_a_child_says_that_the_ground_is_missing_then_that_it_waits(cast: c.Cast) -> None:
    case = c.open_case(cast)
    page_of_case = reverse("case", args=[case.pk])
    [_heard, ground, refer] = sign_in(cast.aissatou).get(page_of_case).context["steps"]
    assert (ground["done"], refer["hint"]) == (False, fr(str(NO_BASIS_CHILD)))
    ground = recorded(cast, case, **BEST)
    waits = fr("A legal ground waits for its countersignature.")
    for approve, hint in ((False, waits), (True, "")):
        if approve:
            press(sign_in(cast.bineta), decide(ground), approve="yes")
        [_heard, step, refer] = sign_in(cast.aissatou).get(page_of_case).context["steps"]
        assert (step["done"], step["hint"], bool(refer["url"])) == (True, hint, True)


def test_a_ground_that_is_refused_ends_what_rested_on_it(cast: c.Cast) -> None:
    case = c.open_case(cast)
    ground = recorded(cast, case, **BEST)
    draft = c.drafted(cast, case)
    with c.acting(cast.aissatou) as actor:
        referral = c.sending.send_referral(draft.pk, by=actor, at=c.clock.now(), version=draft.version)
    press(sign_in(cast.bineta), decide(ground), approve="no")
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert not sendable(cast, case)
    assert Notice.objects.filter(user=cast.aissatou).exists()


def test_a_decision_is_made_once(cast: c.Cast) -> None:
    ground = recorded(cast, c.open_case(cast), **BEST)
    bineta = sign_in(cast.bineta)
    typed = values_of(bineta.get(decide(ground)).context["form"])
    press(bineta, decide(ground), approve="yes")
    assert bineta.post(decide(ground), typed | {"approve": "no"}).context["form"].stale
    ground.refresh_from_db()
    assert ground.approved_at is not None


def test_two_grounds_are_decided_one_by_one(cast: c.Cast) -> None:
    case = c.open_case(cast)
    first, second = recorded(cast, case, **BEST), recorded(cast, case, **BEST)
    press(sign_in(cast.bineta), decide(first), approve="yes")
    [line] = sign_in(cast.bineta).get(reverse("case", args=[case.pk])).context["tasks"]
    assert line["hint"].startswith(cast.centre.name)
    assert Task.objects.filter(kind="countersign", done_at=None).count() == 1
    assert press(sign_in(cast.bineta), decide(second), approve="no").status_code == 302
    assert not Task.objects.filter(kind="countersign", done_at=None).exists()


@pytest.mark.parametrize("who", ["aissatou", "codou", "elisabeth", "ibrahima", "khady"])
def test_nobody_else_opens_a_ground(cast: c.Cast, who: str) -> None:
    ground = recorded(cast, c.open_case(cast), **BEST)
    assert same_as_unknown(sign_in(cast.people[who]), "ground_decide", ground.pk)


def test_nobody_countersigns_an_own_ground_and_the_national_unit_stands_in(cast: c.Cast) -> None:
    case = c.open_case(cast, by=cast.fatou)
    ground = recorded(cast, case, **BEST)
    fatou = sign_in(cast.fatou)
    assert not fatou.get(decide(ground)).context["second"]
    typed = {"key": "5" * 32, "version": str(ground.version), "approve": "yes"}
    assert fatou.post(decide(ground), typed).status_code == 403
    assert Event.objects.using("audit").filter(reason_code="NOT_ALLOWED_SECOND_PERSON").count() == 1
    bineta = sign_in(cast.bineta)
    assert same_as_unknown(bineta, "case", case.pk)
    notice = Notice.objects.get(user=cast.bineta)
    assert bineta.get(reverse("notice", args=[notice.pk])).url == decide(ground)
    body = bineta.get(decide(ground)).content.decode()
    assert "abri canari" in body
    assert case.reference not in body.replace(" ", "")
    assert not [secret for secret in c.SECRETS.values() if secret in body]
    assert press(bineta, decide(ground), approve="yes").status_code == 302
    assert same_as_unknown(bineta, "ground_decide", ground.pk)


# --- adults


def test_a_ground_for_an_adult_holds_only_after_the_second_person(cast: c.Cast) -> None:
    case = adult(cast)
    typed = {"code": "legal_obligation", "reason": "réquisition canari"}
    assert (
        "reason"
        in press(sign_in(cast.aissatou), page(case, cast.centre), code="legal_obligation")
        .context["form"]
        .errors
    )
    ground = recorded(cast, case, **typed)
    assert ground.valid_from is None
    assert not sendable(cast, case)
    press(sign_in(cast.bineta), decide(ground), approve="yes")
    assert sendable(cast, case)


VITAL = {"code": "vital_danger", "reason": "vie en danger"}


def test_one_person_shares_alone_only_after_a_quarter_of_an_hour(
    cast: c.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = adult(cast)
    ground = recorded(cast, case, **VITAL)
    assert Task.objects.get(kind="countersign").due_at == ground.recorded_at + basis.VITAL_WAIT
    client = sign_in(cast.aissatou)
    assert client.get(page(case, cast.centre, alone="1")).context["alone"] is False
    with c.acting(cast.aissatou) as actor, pytest.raises(NotPossible):
        basis.record_ground(
            case.pk, by=actor, at=c.clock.now(), code="vital_danger", recipient=cast.centre, purpose="services",
            groups=["needs"], reason="x", alone=True,
        )  # fmt: skip
    monkeypatch.setattr(basis, "VITAL_WAIT", timedelta(0))
    alone = page(case, cast.centre, alone="1")
    assert client.get(page(case, cast.centre)).context["alone_url"]
    groups = client.get(alone).context["form"].fields["groups"].choices
    assert [value for value, _label in groups] == ["needs", "health"]
    assert "groups" in press(client, alone, **VITAL, groups=["identity"]).context["form"].errors
    assert press(client, alone, **VITAL).status_code == 302
    shared = LegalGround.objects.exclude(pk=ground.pk).get()
    assert shared.valid_from is not None
    assert sorted(shared.groups) == ["health", "needs"]
    assert Task.objects.filter(kind="countersign", done_at=None).count() == 2


def test_a_supervisor_records_no_ground(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert sign_in(cast.bineta).post(page(case, cast.centre), BEST).status_code == 403
    assert not LegalGround.objects.exists()


# --- titles


PAPER = {
    "action": "requisition", "number": "Numéro Canari 12", "name_on_order": "Mariama Canari", "issued_on_day": "20",
    "issued_on_month": "11", "issued_on_year": "2026", "ends_at": "2026-11-30T10:00",
}  # fmt: skip


def enter(cast: c.Cast, case: Case, **typed: Any) -> Any:
    paper = PAPER | {"court": str(cast.court.pk)} | typed
    return press(sign_in(cast.aissatou), reverse("title", args=[case.pk]), **paper)


def test_a_title_is_entered_from_the_paper_and_confirmed_by_its_court(cast: c.Cast) -> None:
    case = c.open_case(cast)
    assert enter(cast, case).url == reverse("case", args=[case.pk])
    title = CustodyTitle.objects.get()
    assert (title.state, title.court, title.confirmed_at) == ("requisition", cast.court, None)
    habib = sign_in(cast.habib)
    listed = habib.get(reverse("titles")).content.decode()
    assert "Canari" not in listed
    assert [line["url"] for line in habib.get("/").context["lines"]] == [
        reverse("title_confirm", args=[title.pk])
    ]
    url = reverse("title_confirm", args=[title.pk])
    body = habib.get(url).content.decode()
    assert "Numéro Canari 12" in body
    assert "Mariama Canari" in body
    assert case.reference not in body.replace(" ", "")
    assert Event.objects.using("audit").filter(verb="reveal", object_id=title.pk).count() == 1
    assert press(habib, url).url == reverse("titles")
    title.refresh_from_db()
    assert title.confirmed_by == cast.habib
    assert press(habib, url).context["form"].stale
    assert Notice.objects.filter(user=cast.aissatou).exists()
    assert len(habib.get(reverse("titles")).context["confirmed"]) == 1


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"action": ""}, "action"),
        ({"action": "lift"}, "action"),
        ({"court": ""}, "court"),
        ({"number": ""}, "number"),
        ({"issued_on_year": "2099"}, "issued_on"),
        ({"issued_on_day": "31"}, "issued_on"),
        ({"ends_at": "2020-01-01T10:00"}, "ends_at"),
        ({"ends_at": "demain"}, "ends_at"),
        ({"number": "x" * 81}, "number"),
    ],
)
def test_a_title_says_what_stands_on_a_paper(cast: c.Cast, typed: dict[str, str], wrong: str) -> None:
    assert wrong in enter(cast, c.open_case(cast), **typed).context["form"].errors
    assert not CustodyTitle.objects.exists()


def test_an_order_follows_a_requisition_and_ends_the_task(cast: c.Cast) -> None:
    case = c.open_case(cast)
    c.accepted(cast, c.sent(cast, case))
    assert Task.objects.filter(kind="title_missing", done_at=None).count() == 1
    enter(cast, case)
    assert not Task.objects.filter(kind="title_missing", done_at=None).exists()
    enter(cast, case, action="order")
    assert CustodyTitle.objects.get().state == "ogp"


def test_an_adult_has_no_title_and_no_other_court_sees_one(cast: c.Cast) -> None:
    assert sign_in(cast.aissatou).get(reverse("title", args=[adult(cast).pk])).status_code == 404
    enter(cast, c.open_case(cast))
    title = CustodyTitle.objects.get()
    with c.acting(), c.transaction.atomic():
        other = c.organisation("Autre tribunal", "court", cast.region)
        clerk = c.person("clerk", other, "justice", at=cast.at)
    assert same_as_unknown(sign_in(clerk), "title_confirm", title.pk)
    assert sign_in(clerk).get(reverse("titles")).context["waiting"] == []
    assert sign_in(cast.aissatou).get(reverse("titles")).status_code == 403
