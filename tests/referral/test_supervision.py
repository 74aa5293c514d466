"""Supervision: everything that happened to a file, who looked, in whose scope; read only, and never a sealed word."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.enums import Role
from partners.models import Membership, Region
from partners.services import accounts
from referral.models import Case
from referral.queries import supervised
from referral.references import spoken
from referral.services import care
from referral.supervising import EventKind
from referral.urls import supervision as addresses
from referral.views.words import field_of
from tests import cast as c
from tests.referral.pages import later, leaked, press, same_as_unknown, sign_in
from tests.referral.story import Story, fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def story(cast: c.Cast, one_connection: None, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


def bind(cast: c.Cast, region: Region) -> None:
    """The administrator binds Khady to one region, through the page."""
    seat = cast.khady.memberships.get(role=Role.AUDITOR)
    url = reverse("role-region", args=[seat.pk])
    answer = press(sign_in(cast.mareme), url, region=str(region.pk))
    assert answer.status_code == 302


def elsewhere(cast: c.Cast) -> Case:
    """A file of another region."""
    other = Region.objects.exclude(pk=cast.region.pk).first()
    if other is None:
        with c.acting(), transaction.atomic():
            other = Region(code="SN-TH", name="Thiès")
            write(other)
    here = cast.region
    try:
        cast.region = other
        return c.open_case(cast)
    finally:
        cast.region = here


def lines(client: Client, case: Case, **query: str) -> list[dict[str, Any]]:
    answer = client.get(reverse("supervised_file", args=[case.pk]), query)
    assert answer.status_code == 200
    assert leaked(answer) == []
    return [line | {"title": line["title"].replace("\xa0", " ")} for line in answer.context["lines"]]


def test_a13_supervisor_audit(story: Story) -> None:
    """peers.md §5.A: scoped to one region, the whole timeline of its files, and nothing can be edited or deleted."""
    cast = story.cast
    case, far = c.open_case(cast), elsewhere(cast)
    reveal = {"groups": ["narrative"], "reason": "care"}
    story.browser("aissatou").post(reverse("case_reveal", args=[case.pk]), reveal)
    edit = reverse("case_edit", args=[case.pk])
    story.does("aissatou", f"{edit}?part=situation", risk="low", urgency="standard")
    story.does("aissatou", f"{edit}?part=narrative", narrative="récit canari, corrigé")
    referral = c.started(cast, c.accepted(cast, c.sent(cast, case)))
    story.reads("aissatou", "case_print", case.pk)
    bind(cast, cast.region)

    khady = story.browser("khady")
    found = {line["title"]: line for line in lines(khady, case)}
    words = " | ".join(found)
    assert found["Révélation : personne"]["changes"] == [
        {"field": field_of("referral.person", "narrative").capitalize(), "before": "", "after": ""}
    ]
    risk = {"field": fr("risk").capitalize(), "before": "Élevé", "after": "Faible"}
    assert risk in found["Modification : dossier"]["changes"]
    sealed = found["Modification : personne"]["changes"]
    assert [(each["before"], each["after"]) for each in sealed] == [("", "modifié")]
    for act in ("Envoyée", "Acceptée", "Arrivée constatée", "Impression : dossier", "Consultation : dossier"):
        assert act in words
    assert {line["who"] for line in found.values()} >= {"Aissatou, Unité nationale", "Codou, Maison Teranga"}

    # Of that region only: in every list, and one by one.
    listed = {row["reference"] for row in khady.get(reverse("supervised_files")).context["rows"]}
    assert spoken(case.reference) in listed
    assert spoken(far.reference) not in listed
    for name in ("supervised_file", "supervised_file_print", "supervised_file_looks"):
        assert same_as_unknown(khady, name, far.pk)
    story.reads("aissatou", "case", far.pk)
    seen = khady.get(reverse("supervised_person", args=[cast.aissatou.pk]))
    assert {row["reference"] for row in seen.context["rows"]} == {spoken(case.reference)}
    by_code = {"reference": far.reference}
    assert khady.get(reverse("supervised_files"), by_code).context["rows"] == []

    # Nothing is edited or deleted: no address takes more than a reading, but the one that looks into a finding.
    before = Event.objects.filter(case_id=case.pk).count()
    for pattern in addresses.urlpatterns:
        name = str(pattern.name)
        if not name.startswith(("supervised", "monitor")):
            continue
        given = {"pk": case.pk, "code": "AAAAAAAAAA"}
        url = reverse(name, kwargs={key: given[key] for key in pattern.pattern.converters})
        for method in (khady.post, khady.put, khady.patch, khady.delete):
            assert method(url).status_code == 405, (name, method)
    assert Event.objects.filter(case_id=case.pk).count() == before
    referral.refresh_from_db()
    assert referral.state == "in_service"
    # Unbound again, everything.
    press(story.browser("mareme"), reverse("role-region", args=[seat_of(cast).pk]), region="")
    assert story.status("khady", "supervised_file", far.pk) == 200


def seat_of(cast: c.Cast) -> Membership:
    return cast.khady.memberships.get(role=Role.AUDITOR)


def test_a_supervisor_reads_the_own_house_and_names_nobody_of_another(story: Story) -> None:
    cast = story.cast
    case = c.open_case(cast)
    referral = c.accepted(cast, c.sent(cast, case))
    who = {line["who"] for line in lines(story.browser("bineta"), case)}
    assert who >= {"Aissatou", "Maison Teranga (Permanence d’accueil)"}
    assert not [each for each in who if "Codou" in each]
    # The other side's rows: that they changed, not to what.
    placed = [line for line in lines(story.browser("khady"), case) if "placement" in line["title"]]
    assert [change["before"] for line in placed for change in line["changes"]] == []
    for name in ("supervised_file", "supervised_file_print", "supervised_file_looks"):
        assert same_as_unknown(story.browser("elisabeth"), name, case.pk)
    # Elisabeth reads what her own people looked at; the file of another house has no code there.
    story.reads("codou", "referral", referral.pk)
    page = story.browser("elisabeth").get(reverse("supervised_person", args=[cast.codou.pk]))
    assert {row["reference"] for row in page.context["rows"]} == {fr("file of another organisation")}
    assert case.reference not in page.content.decode().replace(" ", "")
    assert same_as_unknown(story.browser("elisabeth"), "supervised_person", cast.aissatou.pk)


def test_the_page_is_an_event_and_so_is_its_printing(story: Story) -> None:
    case = c.open_case(story.cast)
    khady = story.browser("khady")
    lines(khady, case)
    assert khady.get(reverse("supervised_file_print", args=[case.pk])).context["lines"]
    verbs = Event.objects.filter(actor_id=story.cast.khady.pk, case_id=case.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["audit.read", "print"]


def test_who_asked_for_the_file_in_vain_stands_in_its_timeline(story: Story) -> None:
    case = c.open_case(story.cast)
    assert story.status("ousmane", "case", case.pk) == 404
    [line] = lines(story.browser("khady"), case, kind=EventKind.DENIED)
    assert (line["who"], line["kind"]) == ("Ousmane, Maison Keur", "denied")


def test_what_was_written_down_late_shows_both_times(story: Story) -> None:
    cast = story.cast
    referral = c.accepted(cast)
    later(hours=60)
    with c.acting(cast.codou) as actor:
        at = clock.now()
        care.start_service(
            referral.pk,
            by=actor,
            at=at,
            version=referral.version,
            occurred_at=at - timedelta(hours=50),
            code=referral.arrival_code or "",
        )
    [line] = [
        each for each in lines(story.browser("khady"), referral.case) if each["title"] == "Arrivée constatée"
    ]
    assert line["recorded_at"] - line["at"] == timedelta(hours=50)


def test_the_timeline_is_paged_filtered_and_read_from_either_end(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = story.cast
    case = c.open_case(cast)
    c.declined(cast, c.sent(cast, case))
    khady = story.browser("khady")
    everything = lines(khady, case, order="oldest")
    for module in ("referral.queries.supervised", "referral.views.supervised"):
        monkeypatch.setattr(f"{module}.PAGE", 9)
    monkeypatch.setattr(supervised.timeline_page, "__kwdefaults__", {"limit": 9})
    walked, url = 0, f"{reverse('supervised_file', args=[case.pk])}?order=oldest"
    for _page in range(20):
        page = khady.get(url)
        walked += sum(line["times"] for line in page.context["lines"])
        if not page.context["next"]:
            break
        url = reverse("supervised_file", args=[case.pk]) + page.context["next"]
    looked = Event.objects.filter(case_id=case.pk, actor_id=cast.khady.pk).count()
    assert walked >= sum(line["times"] for line in everything)
    assert walked <= sum(line["times"] for line in everything) + looked
    for kind in (EventKind.CONSENT, EventKind.REFERRAL):
        assert {line["kind"] for line in lines(khady, case, kind=kind)} <= {kind}
    assert {line["who"] for line in lines(khady, case, who=f"u.{cast.codou.pk}")} == {"Codou, Maison Teranga"}
    assert {line["who"] for line in lines(khady, case, who=f"o.{cast.centre.pk}")} == {
        "Codou, Maison Teranga"
    }
    assert lines(khady, case, until="2001-01-01") == []
    assert lines(khady, case, after="nonsense")
    wrong = khady.get(reverse("supervised_file", args=[case.pk]), {"since": "2026-02-30", "kind": "x"})
    assert set(wrong.context["filter"].errors) == {"since", "kind"}
    turned = khady.get(
        reverse("supervised_file", args=[case.pk]), {"since": "2026-02-03", "until": "2026-02-01"}
    )
    assert set(turned.context["filter"].errors) == {"until"}


def test_a_file_is_found_by_a_code_and_by_nothing_else(story: Story) -> None:
    cast = story.cast
    case, theirs = c.open_case(cast), c.open_case(cast, by=cast.daouda)
    referral = c.sent(cast, case)

    def found(who: str, reference: str) -> list[str]:
        answer = story.browser(who).get(reverse("supervised_files"), {"reference": reference})
        return [row["reference"] for row in answer.context["rows"]]

    for typed in (case.reference, spoken(referral.reference).lower()):
        assert found("bineta", typed) == [spoken(case.reference)]
    assert found("bineta", theirs.reference) == []
    assert found("khady", theirs.reference) == [spoken(theirs.reference)]
    wrong = story.browser("khady").get(reverse("supervised_files"), {"reference": "Ndiaye-Canari"})
    assert wrong.context["form"].errors["reference"]
    [event] = Event.objects.filter(actor_id=cast.bineta.pk, verb="search")[:1]
    assert re.fullmatch(r"code:[0-9a-f]{64}", event.scope)


def test_looks_are_counted_by_person_by_organisation_and_by_period(story: Story) -> None:
    cast = story.cast
    referral = c.accepted(cast)
    story.reads("aissatou", "case", referral.case_id)
    story.reads("aissatou", "case", referral.case_id)
    story.reads("daouda", "referral_shared", referral.pk)
    khady = story.browser("khady")
    page = khady.get(reverse("supervised_people")).context
    by_name = {row["who"]: row for row in page["people"]}
    assert (by_name["Aissatou"]["looks"], by_name["Aissatou"]["files"]) == (2, 1)
    assert by_name["Daouda"]["opened"] == 1
    assert {row["who"] for row in page["houses"]} >= {"Unité nationale", "Maison Teranga"}
    of_house = khady.get(reverse("supervised_people"), {"organisation": str(cast.centre.pk)}).context[
        "people"
    ]
    assert {row["who"] for row in of_house} == {"Daouda"}
    assert khady.get(reverse("supervised_people"), {"until": "2001-01-01"}).context["people"] == []
    own = story.browser("bineta").get(reverse("supervised_people"))
    assert {row["who"] for row in own.context["people"]} == {"Aissatou"}
    assert not own.context["houses"]
    at_file = khady.get(reverse("supervised_file_looks", args=[referral.case_id])).context
    assert [(row["who"], row["looks"]) for row in at_file["counted"]] == [("Aissatou", 2), ("Daouda", 1)]


def test_a_region_is_an_auditor_s_alone_and_its_giving_is_on_record(cast: c.Cast) -> None:
    seat = seat_of(cast)
    bind(cast, cast.region)
    seat.refresh_from_db()
    assert [row.region_id for row in seat.history.order_by("version")] == [None, cast.region.pk]
    assert Event.objects.filter(object_id=seat.pk, fields=["region"], actor_id=cast.mareme.pk).exists()
    page = sign_in(cast.mareme).get(reverse("person", args=[cast.khady.pk])).content.decode()
    assert cast.region.name in page
    other = cast.bineta.memberships.get()
    assert sign_in(cast.mareme).get(reverse("role-region", args=[other.pk])).status_code == 404
    new = {"role": Role.SUPERVISOR, "region": str(cast.region.pk)}
    answer = press(sign_in(cast.mareme), reverse("role-add", args=[cast.codou.pk]), **new)
    assert answer.context["form"].non_field_errors()
    with c.acting(cast.mareme) as by, pytest.raises(accounts.Refusal):
        accounts.bind_to_region(by, other.pk, other.version, region=cast.region)
    other.region = cast.region
    with c.acting(), transaction.atomic(), pytest.raises(IntegrityError):
        write(other, fields=["region"])


def test_every_column_that_a_timeline_may_name_has_words_in_french() -> None:
    bare = {
        (model.__name__, field.name)
        for model in apps.get_app_config("referral").get_models()
        if hasattr(model, "history")
        for field in model._meta.concrete_fields
        if field.name not in ("id", "version", "seq")
        and field_of(model._meta.label_lower, field.name) == field.name.replace("_", " ")
        and "_" in field.name
    }
    assert bare == set()
