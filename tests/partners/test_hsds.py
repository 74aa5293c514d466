"""The directory for programs: what the standard says of its answers, and who is told what."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from audit import clock
from audit.models import Event
from audit.rows import write
from partners.enums import TokenScope
from partners.models import ApiToken, Organisation, RequestCount, Service, Site
from tests import canary
from tests import cast as c
from tests.partners.conftest import BOTH
from tests.partners.directory import (
    HIDDEN,
    SECRET_HOUSE,
    STAFF,
    Directory,
    ask,
    faults,
    make_directory,
    names,
)
from tests.referral.pages import later

pytestmark = pytest.mark.django_db(databases=BOTH)
TABLES = {
    "/services": "service",
    "/organizations": "organization",
    "/service_at_locations": "service_at_location",
    "/taxonomies": "taxonomy",
    "/taxonomy_terms": "taxonomy_term",
}


@pytest.fixture
def made(db) -> Directory:
    return make_directory()


def nulls(said: object) -> bool:
    if isinstance(said, dict):
        return any(nulls(each) for each in said.values())
    return any(nulls(each) for each in said) if isinstance(said, list) else said is None


@pytest.mark.parametrize("asked", [{}, {"full": "true"}, {"minimal": "true"}], ids=str)
def test_every_answer_is_what_the_standard_says(made, asked):
    for token in ("", made.token()):
        for path, table in TABLES.items():
            fits = {
                k: v
                for k, v in asked.items()
                if path == "/services" or (k == "full" and "taxonom" not in path)
            }
            answer = ask(path, token, **fits, per_page=200)
            page = answer.json()
            assert (answer.status_code, page["empty"]) == (200, False), (path, page)
            assert [fault for row in page["contents"] for fault in faults(table, row)] == []
            for row in page["contents"][:3]:
                one = ask(f"{path}/{row['id']}", token)
                assert (one.status_code, faults(table, one.json())) == (200, [])
            assert not nulls(page)


def test_the_schemas_refuse_what_is_not_theirs(made):
    [row] = ask("/services", search="juridique").json()["contents"]
    assert faults("service", row) == []
    for wrong in (
        {"prix": "0"},
        {"id": "1"},
        {"minimum_age": "six"},
        {"last_modified": "hier"},
        {"status": "open"},
    ):
        assert len(faults("service", row | wrong)) == 1, wrong


def test_a_service_says_when_for_whom_and_how_to_call(made):
    token = made.token()
    [row] = ask("/services", token, full="true", search="espoir").json()["contents"]
    assert (row["name"], row["minimum_age"], row["maximum_age"]) == ("Hébergement d’urgence", 6, 17)
    assert [area["name"] for area in row["service_areas"]] == ["Thiès", "Dakar"]
    assert row["phones"][0]["number"] == "+221770000001"
    assert row["schedules"][0]["byday"] == "MO,TU,WE,TH,FR,SA,SU"
    assert row["required_documents"]
    assert "service_at_locations" not in row
    [row] = ask("/services", full="true", search="juridique").json()["contents"]
    assert [row["schedules"][0][key] for key in ("byday", "opens_at", "closes_at")] == [
        "MO,TU",
        "08:00Z",
        "16:30Z",
    ]
    [at] = row["service_at_locations"]
    assert at["location"]["addresses"][0]["address_1"] == "3, avenue Ouverte"
    assert {each["code"] for each in row["languages"]} == {"wol", "fra"}


def test_the_public_reads_less_than_a_partner(made):
    assert names(ask("/organizations")) == [made.public.name]
    assert set(names(ask("/organizations", made.token()))) >= {made.public.name, made.house.name}
    hidden = Service.objects.get(organisation=made.house, code="SHELTER_EMERG")
    unknown = ask(f"/services/{uuid4()}")
    assert ask(f"/services/{hidden.pk}").content == unknown.content
    assert unknown.status_code == 404


def test_suspended_and_ended_organisations_are_shown_to_nobody(made):
    for token in ("", made.token()):
        said = names(ask("/organizations", token))
        assert not {made.suspended.name, made.ended.name} & set(said)
        for gone in (made.suspended, made.ended):
            assert ask(f"/organizations/{gone.pk}", token).status_code == 404
            assert ask("/services", token, organization_id=gone.pk).json()["empty"]


def test_places_are_said_as_yes_or_no_and_only_to_whom_they_may_be_told(made):
    def capacities(token):
        [row] = ask("/services", token, organization_id=made.house.pk, full="true").json()["contents"]
        return {each["description"]: each["available"] for each in row.get("capacities", [])}

    told = capacities(made.token())
    assert told == {"Filles : au moins une place": 1, "Mères avec enfants : aucune place": 0}
    assert capacities(made.token(TokenScope.DIRECTORY, name="Autre")) == {}


def test_no_answer_leads_to_a_confidential_house_or_names_a_person(made):
    """Seven places, three taken: not those either."""
    token, said = made.token(), b""
    for path in TABLES:
        page = ask(path, token, per_page=200, **({} if "taxonom" in path else {"full": "true"}))
        said += page.content
        for row in page.json()["contents"][:8]:
            said += ask(f"{path}/{row['id']}", token).content
    assert canary.found([HIDDEN, SECRET_HOUSE, STAFF, "canari"], said) == []
    assert str(Site.objects.get(name=SECRET_HOUSE).pk).encode() not in said
    assert b'"available": 4' not in said
    assert b'maximum"' not in said


def test_a_house_that_becomes_confidential_is_gone_at_once_and_is_news(made):
    before = clock.now()
    assert not ask("/service_at_locations").json()["empty"]
    with c.acting(), transaction.atomic():
        office = Site.objects.get(organisation=made.public)
        office.confidential, office.public_address = True, ""
        write(office, fields=["confidential", "public_address"])
    assert ask("/service_at_locations").json()["empty"]
    news = ask("/services", modified_after=before.isoformat(), full="true").json()["contents"]
    assert b"avenue Ouverte" not in json.dumps(news).encode()
    assert "juridique" in news[0]["name"]


def test_what_nobody_is_shown_is_no_news_to_anybody(made):
    """The time of a change tells too: that a secret house has a new address, or that its people went to another."""
    token = made.token()
    secret = Site.objects.get(name=SECRET_HOUSE)
    service = Service.objects.get(organisation=secret.organisation, code="SHELTER_EMERG")
    readers = ((), (token,))

    hours = iter(range(1, 20))

    def changed(row, **values):
        later(hours=next(hours))
        with c.acting(), transaction.atomic():
            row.refresh_from_db()
            for name, value in values.items():
                setattr(row, name, value)
            write(row, fields=list(values))

    def heard(*who):
        news = ask(
            "/services", *who, modified_after=since.isoformat(), organization_id=secret.organisation_id
        )
        return [row["id"] for row in news.json()["contents"]]

    def times():
        return [ask(f"/services/{service.pk}", *who).json()["last_modified"] for who in readers]

    changed(secret.organisation, is_public=True)
    with c.acting(), transaction.atomic():
        other = Site(organisation=secret.organisation, name="Autre maison", region=secret.region)
        write(other)
    changed(service, site=secret)
    later(hours=next(hours))
    before, since = times(), clock.now()
    changed(secret, address="nouvelle adresse canari")
    changed(secret, name="Maison cachée", region=other.region)
    changed(service, site=other)
    changed(service, site=None)
    assert times() == before
    assert [heard(*who) for who in readers] == [[], []]
    changed(secret.organisation, agreement_until=clock.now().date() + timedelta(days=90))
    assert (heard(), str(service.pk) in heard(token)) == ([], True), "its agreement is for partners to know"
    # An open house is shown, and so is that it is open no more; what it does afterwards is not.
    changed(other, confidential=False, public_address="1 rue Ouverte")
    later(hours=next(hours))
    since = clock.now()
    changed(service, site=other)
    assert heard() == [str(service.pk)]
    later(hours=next(hours))
    since = clock.now()
    changed(other, confidential=True, public_address="")
    assert heard() == [str(service.pk)]
    later(hours=next(hours))
    since = clock.now()
    changed(other, address="encore ailleurs canari")
    assert heard() == []
    told = times()
    for house in (secret, None):
        changed(service, site=house)
        assert heard() == [], "it left where nobody is shown any more that it was"
        assert times() == told, "whoever has not read yet that the house is confidential reads it now"


def test_filters_add_up_and_pages_hold_together(made):
    token = made.token()
    term = next(t for t in ask("/taxonomy_terms", per_page=200).json()["contents"] if t["code"] == "LEGAL")
    assert names(ask("/services", token, taxonomy_term_id=term["id"])) == ["Assistance juridique, avocat"]
    assert names(ask("/services", token, taxonomy_term_id=term["id"], organization_id=made.house.pk)) == []
    assert names(ask("/organizations", token, taxonomy_term_id=term["id"])) == [made.public.name]
    pages = [ask("/services", token, per_page=2, page=number).json() for number in (1, 2, 3)]
    assert [page["size"] for page in pages] == [2, 1, 0]
    assert [page["last_page"] for page in pages] == [False, True, True]
    assert len({row["id"] for page in pages for row in page["contents"]}) == pages[0]["total_items"] == 3
    future = (clock.now() + timedelta(days=1)).isoformat()
    assert ask("/services", token, modified_after=future).json()["empty"]


def test_a_search_by_post_answers_as_by_get(made):
    asked = {"search": "JURIDIQUE", "full": True}
    posted = Client(enforce_csrf_checks=True).post(
        "/api/hsds/services", asked, content_type="application/json"
    )
    assert posted.json() == ask("/services", search="juridique", full="true").json()
    assert ask("/services", serch="x").status_code == 422
    assert ask("/services", search="a\x00b").status_code == 422
    assert ask("/services", modified_after="1954-09-02T22:00:49-19:12").status_code == 200
    assert ask("/services", modified_after="0001-01-01T00:00:00+12:00").status_code == 422


# --- Tokens ------------------------------------------------------------------------------------------------
def events(verb="list"):
    found = Event.objects.using("audit").filter(object_type="partners.apitoken", verb=verb)
    return list(found.values_list("object_id", "scope", "reason_code"))


def test_each_request_with_a_token_is_an_event_and_leaves_no_session(made):
    row, token = made.token_row()
    answer = ask("/services", token)
    assert events() == [(row.pk, "hsds_services", "")]
    assert Event.objects.using("audit").get(scope="hsds_services").organisation_id == made.public.pk
    assert answer.cookies == {}
    assert "no-store" in answer["Cache-Control"]
    assert token not in json.dumps([str(value) for value in ApiToken.objects.values_list()])


def test_a_token_that_opens_nothing_is_refused_with_its_reason(made):
    row, token = made.token_row()
    other = made.token(name="Autre")

    def refused(shown):
        answer = ask("/services", shown)
        assert answer["WWW-Authenticate"].startswith("Bearer")
        return answer.status_code, answer.json()["code"]

    assert refused("inconnu") == (401, "token_unknown")
    row = ApiToken.objects.get(pk=row.pk)
    with c.acting(), transaction.atomic():
        row.revoked_at = clock.now()
        write(row, fields=["revoked_at"])
    assert refused(token) == (401, "token_revoked")
    with c.acting(), transaction.atomic():
        house = Organisation.objects.get(pk=made.public.pk)
        house.agreement_until = (clock.now() - timedelta(days=2)).date()
        write(house, fields=["agreement_until"])
    assert refused(other) == (401, "organisation_closed")
    assert [reason for _pk, _scope, reason in events("denied")] == [
        "TOKEN_UNKNOWN",
        "TOKEN_REVOKED",
        "ORGANISATION_CLOSED",
    ]
    assert ask("/services").status_code == 200  # nobody is shut out of the public part by a bad token


def test_a_token_ends_by_itself(made):
    _row, token = made.token_row(days=1)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', '2 days', true)")
    answer = ask("/services", token)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_whoever_asks_too_often_waits_for_the_next_minute(made, settings):
    settings.RELAIS_API_REQUESTS, settings.RELAIS_API_REQUESTS_TOKEN = 2, 4
    token = made.token()
    assert [ask("/taxonomies").status_code for _ in range(3)] == [200, 200, 429]
    answer = ask("/taxonomies")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert [ask("/taxonomies", token).status_code for _ in range(6)] == [200] * 4 + [429] * 2
    assert [reason for _pk, _scope, reason in events("denied")] == ["TOO_MANY_REQUESTS"]
    elsewhere = Client().get("/api/hsds/taxonomies", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.7"})
    assert elsewhere.status_code == 200
    of_one_house = [
        Client().get("/api/hsds/taxonomies", headers={"X-Forwarded-For": f"2001:db8:1:2::{host}"}).status_code
        for host in range(3)
    ]
    assert of_one_house == [200, 200, 429]
    assert not RequestCount.objects.filter(caller__contains="192.0.2").exists()


# --- The screen --------------------------------------------------------------------------------------------
def test_a_token_is_made_shown_once_and_taken_back(made):
    client = Client()
    client.force_login(made.clerk)
    asked = {"organisation": made.public.pk, "name": "Carte", "scopes": ["directory"], "days": "90"}
    page = client.post("/directory/tokens/new/", asked)
    [row] = ApiToken.objects.all()
    token = page.context["token"]
    assert (page.status_code, row.digest) == (200, ApiToken.digest_of(token))
    assert token in page.content.decode()
    assert names(ask("/organizations", token))
    listed = client.get("/directory/tokens/").content.decode()
    assert "Carte" in listed
    assert token not in listed
    assert "govuk-error-summary" in client.post("/directory/tokens/new/", asked).content.decode()
    client.post(f"/directory/tokens/{row.pk}/revoke/", {"version": row.version})
    assert ask("/organizations", token).status_code == 401
