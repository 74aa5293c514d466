"""Who reads what of a referral, state by state: by page, by what was shared, by slip, and after the end."""

import uuid

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from crypto.errors import KeyDestroyed
from referral.models import Message, Referral, Snapshot
from referral.services import care, messages, telephone, withdrawing
from tests import cast as c
from tests.referral.pages import act, act_url, bare, later, leaked, page_of, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

SHARED = [
    "Ndiaye-Canari",
    "Mariama Canari",
    "Alias Canari",
    "+221 77 000 00 99",
    "besoin canari",
    "santé canari",
]


def shared_page(user: c.User, referral: Referral):  # type: ignore[no-untyped-def]
    return sign_in(user).get(reverse("referral_shared", args=[referral.pk]))


def test_before_acceptance_the_desk_sees_codes_alone(cast: c.Cast) -> None:
    referral = c.sent(cast)
    for page in (page_of(cast.codou, referral), sign_in(cast.codou).get(reverse("inbox"))):
        assert page.status_code == 200
        assert leaked(page) == []
        assert "Aissatou" not in page.content.decode(), "staff are known by their organisation"
    assert page_of(cast.codou, referral).context["preview"]
    assert shared_page(cast.codou, referral).status_code == 403
    assert page_of(cast.daouda, referral).context["preview"] == [], "not at the desk: codes of the row only"
    assert Event.objects.using("audit").filter(verb="preview", referral_id=referral.pk).exists()


def test_acceptance_opens_what_was_shared_to_the_desk_and_the_named_worker(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    for user in (cast.codou, cast.daouda, cast.elisabeth):
        page = shared_page(user, referral)
        assert page.status_code == 200
        assert set(SHARED) - set(leaked(page)) <= {"+221 77 000 00 99"}, "telephone numbers are grouped"
        assert not {"récit canari", "situation canari", "papiers canari"} & set(leaked(page))
        assert "no-store" in page["Cache-Control"]
        assert leaked(page_of(user, referral)) == []
    looks = Event.objects.using("audit").filter(verb="reveal", referral_id=referral.pk)
    assert {look.actor_id for look in looks} >= {cast.codou.pk, cast.daouda.pk, cast.elisabeth.pk}


def test_another_worker_of_the_centre_reads_codes(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    with c.acting(), c.transaction.atomic():
        other = c.person("rokhaya", cast.centre, c.Role.CASEWORKER, at=cast.at)
    assert shared_page(other, referral).status_code == 403
    page = page_of(other, referral)
    assert page.status_code == 200
    assert page.context["messages_list"] == []
    assert page.context["place"] == []


def test_the_arrival_code_is_the_senders_alone(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    code = page_of(cast.aissatou, referral).context["arrival_code"]
    with c.acting():
        assert code.replace(" ", "") == referral.arrival_code
    for user in (cast.codou, cast.daouda):
        assert code not in page_of(user, referral).content.decode()
        assert sign_in(user).get(reverse("referral_print", args=[referral.pk])).status_code == 403
    slip = sign_in(cast.aissatou).get(reverse("referral_print", args=[referral.pk]))
    assert code in slip.content.decode()
    assert leaked(slip) == []
    assert "Maison Teranga" not in slip.content.decode()
    assert Event.objects.using("audit").filter(verb="print", referral_id=referral.pk).count() == 1


def test_a_colleague_without_the_file_reads_codes(cast: c.Cast) -> None:
    referral = c.accepted(cast)
    with c.acting(), c.transaction.atomic():
        colleague = c.person("seynabou", cast.unit, c.Role.CASEWORKER, at=cast.at)
    page = page_of(colleague, referral)
    assert page.status_code == 200
    assert (page.context["arrival_code"], page.context["preview"], page.context["case_url"]) == ("", [], "")


def test_a_no_show_closes_it_until_the_person_comes(cast: c.Cast) -> None:
    referral = c.accepted(cast, expected_arrival_at=clock.now())
    with c.acting(cast.codou) as actor:
        messages.write_message(referral.pk, by=actor, at=clock.now(), kind="text", body="Bus canari")
    assert "Bus canari" in page_of(cast.codou, referral).content.decode()
    later(minutes=1)
    act(cast.codou, referral, "no_show", reason_code="UNKNOWN", called="yes")
    assert shared_page(cast.codou, referral).status_code == 403
    assert "Bus canari" not in page_of(cast.codou, referral).content.decode()
    assert "Bus canari" in page_of(cast.aissatou, referral).content.decode()
    act(cast.codou, referral, "resume", identified_otherwise="Escorte connue")
    assert shared_page(cast.codou, referral).status_code == 200


def test_an_expired_consent_closes_it_without_moving_the_state(cast: c.Cast) -> None:
    referral = c.started(cast)
    later(days=366)
    page = page_of(cast.codou, referral)
    assert page.context["closed_by_basis"]
    assert shared_page(cast.codou, referral).status_code == 403
    assert Referral.objects.get(pk=referral.pk).state == "in_service"


def test_completion_leaves_the_desk_its_outcome_only(cast: c.Cast) -> None:
    referral = c.started(cast)
    with c.acting(cast.codou) as actor:
        messages.write_message(referral.pk, by=actor, at=clock.now(), kind="text", body="Mot canari")
    act(cast.daouda, referral, "complete", reason_code="NEED_MET", reason="Merci canari", left="yes")
    page = page_of(cast.codou, referral)
    assert page.context["ended_words"]
    assert page.context["messages_list"] == []
    assert "canari" not in page.content.decode()
    assert shared_page(cast.codou, referral).status_code == 403
    sender = page_of(cast.aissatou, referral).content.decode()
    assert "Merci canari" in sender
    assert "Mot canari" not in sender
    with c.acting(), pytest.raises(KeyDestroyed):
        _ = Snapshot.objects.get(referral=referral).payload


ENDINGS = {
    "declined": lambda cast: c.declined(cast),
    "withdrawn": lambda cast: withdrawn(cast, c.accepted(cast)),
    "withdrawn_in_service": lambda cast: withdrawn(cast, c.started(cast)),
}


def withdrawn(cast: c.Cast, referral: Referral, *, safe: bool = True) -> Referral:
    with c.acting(cast.aissatou) as actor:
        return withdrawing.withdraw_referral(
            referral.pk,
            by=actor,
            at=clock.now(),
            reason_code="RISK",
            reason="Raison canari",
            hand_over="Relais canari",
            person_is_safe=safe,
        )


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_after_the_end_the_receiver_finds_what_a_random_id_finds(cast: c.Cast, ending: str) -> None:
    referral = ENDINGS[ending](cast)
    for user in (cast.codou, cast.daouda, cast.elisabeth):
        client = sign_in(user)
        for name in ("referral", "referral_shared", "referral_check", "referral_print"):
            here = client.get(reverse(name, args=[referral.pk]))
            nowhere = uuid.uuid4()
            absent = client.get(reverse(name, args=[nowhere]))
            assert (here.status_code, absent.status_code) == (404, 404), name
            assert bare(here, referral.pk) == bare(absent, nowhere)
        assert client.get(act_url(referral, "accept")).status_code == 404
    inbox = sign_in(cast.codou).get(reverse("inbox"))
    assert str(referral.pk) not in inbox.content.decode()


def test_a_centre_that_lodges_keeps_the_extract_until_the_departure(cast: c.Cast) -> None:
    referral = withdrawn(cast, c.started(cast))
    url = reverse("referral_extract", args=[referral.pk])
    page = sign_in(cast.codou).get(url)
    assert leaked(page) == ["santé canari"]
    assert "canari" not in page.content.decode().replace("santé canari", ""), "neither reason nor hand-over"
    assert sign_in(cast.ousmane).get(url).status_code == 404
    assert sign_in(cast.aissatou).get(url).status_code == 404
    ended = sign_in(cast.codou).get(page.context["back_url"])
    assert url in ended.content.decode()
    assert f'href="{page.context["back_url"]}"' in page.content.decode()
    departure = reverse("referral_departure", args=[referral.pk])
    assert sign_in(cast.ousmane).get(departure).status_code == 404
    codou = sign_in(cast.codou)
    assert codou.get(departure).status_code == 200
    form = c_values(codou.get(departure))
    assert codou.post(departure, form).status_code == 302
    assert codou.post(departure, form).status_code in (302, 404)
    assert sign_in(cast.codou).get(url).status_code == 404
    cast.girls.refresh_from_db()
    assert (cast.girls.held, cast.girls.occupied) == (0, 0)


def c_values(page):  # type: ignore[no-untyped-def]
    from tests.referral.pages import values_of

    return values_of(page.context["form"])


def test_the_extract_is_printed_without_a_name_while_the_service_runs(cast: c.Cast) -> None:
    referral = c.started(cast)
    url = reverse("referral_extract", args=[referral.pk])
    page = sign_in(cast.daouda).get(url)
    assert leaked(page) == ["santé canari"]
    assert Event.objects.using("audit").filter(verb="print", actor_id=cast.daouda.pk).count() == 1
    for stranger in (cast.aissatou, cast.ousmane):
        assert sign_in(stranger).get(url).status_code == 404


def test_the_extract_ends_after_72_hours_the_place_does_not(cast: c.Cast) -> None:
    referral = withdrawn(cast, c.started(cast))
    later(hours=73)
    assert sign_in(cast.codou).get(reverse("referral_extract", args=[referral.pk])).status_code == 404
    cast.girls.refresh_from_db()
    assert cast.girls.occupied == 1
    assert sign_in(cast.codou).get(reverse("referral_departure", args=[referral.pk])).status_code == 200


def test_a_service_without_lodging_leaves_an_extract_too(cast: c.Cast) -> None:
    case = c.open_case(cast, **c.WOMAN)
    referral = c.sent(cast, case, to=cast.ngo, service="MHPSS")
    act(cast.fatou, referral, "acknowledge")
    act(cast.fatou, referral, "accept", conflict="no")
    act(cast.fatou, referral, "start", identified_otherwise="Connue")
    withdrawn(cast, Referral.objects.get(pk=referral.pk))
    assert sign_in(cast.fatou).get(reverse("referral_extract", args=[referral.pk])).status_code == 200


def test_coordination_reads_codes_of_what_it_routes(cast: c.Cast) -> None:
    referral = c.declined(cast)
    page = page_of(cast.ibrahima, referral)
    assert page.status_code == 200
    assert leaked(page) == []
    assert (page.context["preview"], page.context["messages_list"], page.context["case_url"]) == ([], [], "")
    assert sign_in(cast.ibrahima).get(reverse("referral_shared", args=[referral.pk])).status_code == 403
    open_one = c.sent(cast)
    assert page_of(cast.ibrahima, open_one).status_code == 404


@pytest.mark.parametrize("name", ["gora", "habib", "khady", "lamine", "mareme"])
def test_those_who_hold_no_referral_find_none(cast: c.Cast, name: str) -> None:
    referral = c.accepted(cast)
    client = sign_in(cast.people[name])
    for page in ("referral", "referral_shared", "referral_check", "referral_print", "referral_extract"):
        assert client.get(reverse(page, args=[referral.pk])).status_code == 404
    for page in ("inbox", "referrals", "routing"):
        assert client.get(reverse(page)).status_code == 403
    refused = Event.objects.using("audit").filter(verb="denied", actor_id=cast.people[name].pk)
    assert refused.filter(reason_code__startswith="NOT_ALLOWED").count() == 3


def test_why_a_sender_withdrew_never_leaves_its_side(cast: c.Cast) -> None:
    referral = withdrawn(cast, c.sent(cast))
    assert "Raison canari" in page_of(cast.aissatou, referral).content.decode()
    with c.acting(), c.transaction.atomic():
        colleague = c.person("seynabou", cast.unit, c.Role.CASEWORKER, at=cast.at)
    assert "Raison canari" not in page_of(colleague, referral).content.decode()


def test_a_telephone_yes_is_told_as_hearsay(cast: c.Cast) -> None:
    referral = c.sent(cast)
    with c.acting(cast.aissatou) as actor:
        at = clock.now()
        telephone.record_telephone_answer(
            referral.pk, by=actor, at=at, version=referral.version, yes=True, said_by="Mme Canari", said_at=at
        )
    desk = page_of(cast.codou, referral)
    assert desk.context["telephone"][0]["yes"]
    assert "Mme Canari" not in desk.content.decode()
    assert "Mme Canari" in page_of(cast.aissatou, referral).content.decode()
    assert shared_page(cast.codou, referral).status_code == 403
    assert Referral.objects.get(pk=referral.pk).accepted_at is None


def test_one_organisation_with_itself_is_said_and_each_act_has_its_side(cast: c.Cast) -> None:
    with c.acting(), c.transaction.atomic():
        c.offer(cast.ngo, "SHELTER_EMERG")
    case = c.open_case(cast, by=cast.fatou, **c.WOMAN)
    referral = c.sent(cast, case, to=cast.ngo)
    page = page_of(cast.fatou, referral)
    assert page.context["referral"].within_one_organisation
    assert page.context["level"] == "case"
    assert act(cast.fatou, referral, "acknowledge").status_code == 302
    sides = Referral.objects.get(pk=referral.pk).transitions.values_list("action", "side")
    assert dict(sides) == {"send": "referring", "acknowledge": "receiving"}


def test_messages_are_coded_before_acceptance(cast: c.Cast) -> None:
    referral = c.sent(cast)
    refused = sign_in(cast.codou).post(
        act_url(referral, "write"), {"key": str(uuid.uuid4()), "said": "text:", "body": "Qui est-ce ?"}
    )
    assert refused.status_code == 200
    assert Message.objects.count() == 0
    assert act(cast.codou, referral, "write", said="question:LANGUAGE").status_code == 302
    assert page_of(cast.aissatou, referral).context["messages_list"][0]["mine"] is False
    assert page_of(cast.codou, referral).context["messages_list"][0]["mine"] is True


def test_a_late_service_keeps_its_own_clock(cast: c.Cast) -> None:
    referral = c.started(cast)
    with c.acting(cast.daouda) as actor:
        care.review_service(referral.pk, by=actor, at=clock.now(), version=referral.version)
    later(days=31)
    assert page_of(cast.daouda, referral).content.decode().count("app-next--late") == 1
