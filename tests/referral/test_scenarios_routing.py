"""Scenario A10 of peers.md §5.A through the pages: who could receive this person, why, who is not proposed and why."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from partners.enums import OrganisationKind, PersonGroup, Role
from partners.models import Organisation, Places, Region, Site
from referral.enums import State
from referral.lifecycle import NotPossible
from referral.models import Case, NoGoList, Referral, RoutingRule
from referral.queries.routing_rules import forget_rules
from tests import canary
from tests import cast as c
from tests.referral.calling import keep_away
from tests.referral.pages import press, sign_in
from tests.referral.story import Story, fr

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
SHELTER = "SHELTER_EMERG"


@pytest.fixture
def story(cast: c.Cast, django_capture_on_commit_callbacks: Any) -> Story:
    return Story(cast, django_capture_on_commit_callbacks)


@pytest.fixture(autouse=True)
def _rules_of_this_test() -> Any:
    forget_rules()
    yield
    forget_rules()


def house(
    cast: c.Cast, name: str, *, free: int = 1, days: int = 0, region: Region | None = None, **eligibility: Any
) -> Organisation:
    """A staffed centre with places for mothers, confirmed some days ago."""
    with c.acting(), c.transaction.atomic():
        found = c.organisation(name, OrganisationKind.RECEPTION_CENTRE, region or cast.region)
        c.person(name.split()[-1].lower(), found, Role.FOCAL_POINT, at=cast.at)
        c.offer(found, SHELTER, **eligibility)
        site = Site(organisation=found, name="Maison", region=region or cast.region)
        c.write(site)
        confirmed = cast.at - timedelta(days=days)
        c.write(
            Places(
                site=site,
                group=PersonGroup.MOTHERS,
                capacity=2,
                occupied=2 - free,
                confirmed_at=confirmed,
            )
        )
    return found


def elsewhere(cast: c.Cast) -> Region:
    return Region.objects.exclude(pk=cast.region.pk).order_by("code")[0]


def mother(cast: c.Cast, **known: Any) -> Case:
    """A woman with two children who speaks Pulaar."""
    return c.open_case(
        cast, **c.WOMAN | {"languages": ["fuc"], "children": ["0-5", "6-8"], "flags": []} | known
    )


def address(case: Case, **more: str) -> str:
    asked = {"service": SHELTER, "urgency": "urgent"} | more
    return f"{reverse('case_refer', args=[case.pk])}?" + "&".join(f"{k}={v}" for k, v in asked.items())


def names(page: Any) -> list[str]:
    return [row["name"] for row in page.context["rows"]]


def why_not(page: Any) -> dict[str, str]:
    return {other["name"]: other["why"] for other in page.context["others"]}


def test_a10_directory_match(story: Story) -> None:
    """Only eligible services, those with a place confirmed lately first, full ones shown as full, each with why."""
    cast = story.cast
    near = house(cast, "Maison Aminata", languages=["fuc", "fra"], days=1)
    far = house(cast, "Maison Bigue", languages=["fuc"], region=elsewhere(cast))
    mute = house(cast, "Maison Coumba", languages=["wol"])
    stale = house(cast, "Maison Dior", languages=["fuc"], days=9)
    full = house(cast, "Maison Elimane", free=0, languages=["fuc"])
    alone = house(cast, "Maison Fama", takes_children_with_parent=False)
    young = house(cast, "Maison Gnilane", maximum_age=17)
    case = mother(cast)
    page = story.browser("aissatou").get(address(case))
    shown = names(page)
    assert shown[:5] == [near.name, far.name, mute.name, cast.centre.name, stale.name], shown
    first = page.context["rows"][0]
    for sentence in ("same region", "receives the children with the person"):
        assert fr(sentence) in first["for_it"]
    assert "pulaar" in first["for_it"]
    assert first["places"] == [
        (
            fr("%(group)s:") % {"group": fr("Mothers with children")},
            fr("place free"),
            fr("confirmed yesterday"),
        )
    ]
    assert why_not(page) == {
        full.name: fr("Full"),
        alone.name: fr("Does not receive the children with the person"),
        young.name: fr("Receives younger people only"),
    }

    # One press on the best makes the draft.
    draft = story.drafts(case, near, SHELTER)
    assert (draft.state, draft.receiving_organisation_id) == (State.DRAFT, near.pk)


def test_who_stands_on_the_list_of_the_person_is_sent_nothing_and_never_learns_it(story: Story) -> None:
    cast = story.cast
    case = mother(cast)
    c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    lies_there = house(cast, "Maison Aminata")
    page = reverse("case_keep_away", args=[case.pk])
    said = story.is_refused("aissatou", page, organisation=str(cast.centre.pk))
    assert said == fr("Say why: a link with an offender, or the wish of the person.")
    story.does("aissatou", page, organisation=str(cast.centre.pk), why="conflict")
    story.does("aissatou", page, region=str(elsewhere(cast).pk), why="refused")

    chosen = story.browser("aissatou").get(address(case))
    assert cast.centre.name not in names(chosen)
    assert why_not(chosen)[cast.centre.name] == fr(
        "Link with a suspected offender or employer, says the file"
    )
    bent = press(story.browser("aissatou"), address(case), organisation=str(cast.centre.pk))
    assert fr("This organisation cannot be asked for this need: choose another.") in bent.content.decode()
    # A draft made before is not sent either; the list shows it, with the way out.
    refused = story.is_refused("aissatou", story.page_of_act(draft, "send"))
    assert fr("Where not to refer the person") in refused
    assert [each["who"] for each in story.browser("aissatou").get(page).context["under_way"]] == [
        cast.centre.name
    ]

    # Nothing of it in clear, nor on any page of the desk; each reading is an event.
    plain = canary.database()
    with c.acting():
        stored = NoGoList.objects.get(case=case)
        assert [entry[0] for entry in stored.entries] == ["organisation", "region"]
    assert b'"conflict"' not in plain
    looks = Event.objects.using("audit").filter(object_type="referral.nogolist", verb="view")
    assert {look.actor_id for look in looks} == {cast.aissatou.pk}
    for name in ("inbox", "home", "notices"):
        assert str(case.pk) not in story.reads("codou", name)
    assert story.status("codou", "case_keep_away", case.pk) == 404

    # Taken off the list, with the person, it may be sent.
    kept = story.browser("aissatou").get(page).context["form"]["kept"].value()
    story.does("aissatou", page, kept=kept[1:])
    story.sends(draft, told="codou")
    assert lies_there.name in names(story.browser("aissatou").get(address(case)))


def test_whoever_comes_onto_the_list_after_the_sending_learns_no_name_and_not_why(story: Story) -> None:
    cast = story.cast
    referral = c.sent(cast)
    keep_away(cast, referral.case, cast.centre)
    page = story.browser("codou").get(story.page_of_act(referral, "accept"))
    said = fr("No live consent or legal ground covers what would be shared with this organisation.")
    assert page.context["unmet"] == [said]
    with pytest.raises(NotPossible) as refused:
        c.accepted(cast, referral)
    assert [str(reason) for reason in refused.value.reasons] == [said]
    assert fr("The file says to keep the person away from there.")[:30] not in page.content.decode()
    referral.refresh_from_db()
    assert (referral.state, referral.placements.count()) == (State.SENT, 0)


def test_the_list_goes_along_with_the_case_and_nobody_on_it_takes_the_case_over(cast: c.Cast) -> None:
    from referral.queries.facts import transfer_facts
    from referral.services import no_go
    from referral.services.no_go import copy_list
    from referral.services.transfers import prepared

    old, new = mother(cast), mother(cast)
    entry = no_go.Avoided("organisation", str(cast.ngo.pk), "conflict")
    with c.acting(cast.aissatou) as by:
        no_go.keep_away(old.pk, by=by, version=0, entries=[entry])
        old.refresh_from_db()
        assert transfer_facts(prepared(old, cast.ngo), clock.now()).kept_away
        assert not transfer_facts(prepared(old, cast.centre), clock.now()).kept_away
        with c.transaction.atomic():
            copy_list(old, new)
    with c.acting():
        assert NoGoList.objects.get(case=new).entries == NoGoList.objects.get(case=old).entries


def test_after_a_no_the_next_best_is_one_press_away_and_who_had_no_place_comes_back_tomorrow(
    story: Story,
) -> None:
    cast = story.cast
    girl = c.open_case(cast, flags=[])
    for recipient in (cast.centre, cast.other_centre):
        c.agree(cast, girl, recipient)
    declined = c.declined(cast, c.sent(cast, girl), reason_code="NO_CAPACITY")
    story.later(minutes=1)
    page = story.browser("aissatou").get(reverse("referral", args=[declined.pk]))
    suggested = page.context["suggested"]
    assert (suggested["name"], suggested["noes"]) == (
        cast.other_centre.name,
        fr("This need has come back once without a yes."),
    )
    assert story.browser("codou").get(reverse("referral", args=[declined.pk])).status_code == 404
    redirect = story.page_of_act(declined, "redirect")
    chosen = story.browser("aissatou").get(redirect)
    assert chosen.context["form"].initial["organisation"] == str(cast.other_centre.pk)
    assert why_not(chosen)[cast.centre.name] == fr("Had no place: it can be asked again tomorrow morning")
    answer = story.browser("aissatou").post(
        suggested["url"], {"key": suggested["form"]["key"].value(), "organisation": suggested["pk"]}
    )
    child = Referral.objects.get(parent=declined)
    assert answer["Location"] == reverse("referral_check", args=[child.pk])
    assert (child.state, child.receiving_organisation_id) == (State.DRAFT, cast.other_centre.pk)

    story.later(hours=24)
    assert cast.centre.name in names(sign_in(cast.aissatou).get(address(girl)))


def test_coordination_learns_that_somebody_is_not_to_be_asked_and_not_why(cast: c.Cast) -> None:
    girl = c.open_case(cast, flags=[])
    declined = c.declined(cast, c.sent(cast, girl))
    with c.acting(cast.aissatou) as by:
        from referral.services import no_go

        entry = no_go.Avoided("organisation", str(cast.other_centre.pk), "conflict")
        no_go.keep_away(girl.pk, by=by, version=0, entries=[entry])
    page = sign_in(cast.ibrahima).get(reverse("referral_act", args=[declined.pk, "redirect"]))
    assert why_not(page)[cast.other_centre.name] == fr("Not to be asked, says the file")
    assert fr("Link with a suspected offender or employer, says the file") not in page.content.decode()


def test_a_rule_set_for_a_region_is_read_first_and_decides_among_those_who_can(cast: c.Cast) -> None:
    ngo = house(cast, "Maison Awa")
    with c.acting(), c.transaction.atomic():
        ngo.kind = OrganisationKind.NGO
        c.write(ngo, fields=["kind"])
    house(cast, "Maison Aby")
    case = mother(cast, nationality="SN")
    assert names(sign_in(cast.aissatou).get(address(case)))[:2] == ["Maison Aby", "Maison Awa"]
    coordinator = sign_in(cast.ibrahima)
    page = reverse("routing_rule_add")
    sentence = {"sentence_fr": "Téléphonez d’abord au service de garde.", "sentence_en": "Telephone first."}
    half = press(coordinator, page, profile="adult", sentence_fr=sentence["sentence_fr"])
    assert fr("Write the sentence in both languages.") in half.content.decode()
    set_ = press(coordinator, page, where=str(cast.region.pk), profile="adult", kind_1="ngo", **sentence)
    assert set_.status_code == 302
    forget_rules()
    after = sign_in(cast.aissatou).get(address(case))
    assert names(after)[:2] == ["Maison Awa", "Maison Aby"]
    assert sentence["sentence_fr"] in after.content.decode()
    assert fr("comes first by the rule for the region") in after.context["rows"][0]["for_it"]

    twice = press(coordinator, page, where=str(cast.region.pk), profile="adult", kind_1="ngo")
    assert fr("There is a rule for these people in this region already: change that one.") in (
        twice.content.decode()
    )
    rule = RoutingRule.objects.get(region=cast.region, profile="adult")
    press(coordinator, reverse("routing_rule_edit", args=[rule.pk]), kind_1="court")
    press(coordinator, reverse("routing_rule_remove", args=[rule.pk]))
    history = [row["after"] for row in _changes(coordinator)][:3]
    assert history[0] == ""
    assert "Tribunal" in history[1]


def _changes(coordinator: Any) -> list[dict[str, str]]:
    page = coordinator.get(reverse("routing_rules"))
    return [{"after": change.after} for change in page.context["changes"]]


def test_a_foreign_adult_is_warned_of_the_embassy_and_a_child_is_sent_to_social_services(
    cast: c.Cast,
) -> None:
    embassy = house(cast, "Maison Aby")
    with c.acting(), c.transaction.atomic():
        embassy.kind = OrganisationKind.EMBASSY
        c.write(embassy, fields=["kind"])
    foreign = sign_in(cast.aissatou).get(address(mother(cast, nationality="GN")))
    assert any("ambassade" in sentence for sentence in foreign.context["sentences"])
    [row] = [row for row in foreign.context["rows"] if row["name"] == embassy.name]
    assert (
        fr("a risk for asylum, or of retaliation: only if the person wants it, knowing that")
        in row["to_mind"]
    )
    here = sign_in(cast.aissatou).get(address(mother(cast, nationality="SN")))
    assert not any("ambassade" in sentence for sentence in here.context["sentences"])
    child = sign_in(cast.aissatou).get(address(c.open_case(cast, flags=[])))
    assert any("enfant" in sentence.lower() for sentence in child.context["sentences"])


def test_the_page_takes_six_queries_whatever_is_offered(cast: c.Cast) -> None:
    from bench.pages import counting, own_queries

    case = mother(cast)
    browser = sign_in(cast.aissatou)
    browser.get(address(case))
    counts = []
    for number in range(2):
        with counting() as statements:
            page = browser.get(address(case))
        counts.append(own_queries(statements))
        if number == 0:
            for each in range(12):
                house(cast, f"Maison {each} N{each}")
    assert counts == [6, 6]
    assert (len(page.context["rows"]), page.context["more"]) == (10, 4)
    assert len(names(browser.get(page.context["all_url"]))) == 14
