"""A register comes in: read whole or not at all, written by the worker, taken back; and goes out again as it came."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from audit.rows import write
from crypto import blind_index, keyring
from crypto.models import DataKey, Match
from partners.models import Code
from referral.enums import CaseState
from referral.likeness import MatchDecision
from referral.models import Case, Draft, ImportedRow, MatchReview, Person, Screening
from referral.queries.facts import not_victim_by_two
from referral.services import holds, importing
from referral.services.clock import run as run_rule
from referral.services.importing import IMPORT_UNDONE
from referral.services.watch import RULES
from tests import cast as c
from tests.referral import registers
from tests.referral.importing import DECIDED, ROWS, again, fetched, kept, official, upload, words, written
from tests.referral.pages import later, press, same_as_unknown, sign_in, values_of
from tests.referral.story import said as errors_of
from tests.referral.test_case_life import decides
from tests.referral.test_rights import asked
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


# --- In and out ------------------------------------------------------------------------------------------------
@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_a_filled_template_comes_in_without_loss_and_goes_out_equal_in_content(cast: c.Cast) -> None:
    content = registers.template(registers.people(ROWS))
    batch = written(cast, content)
    assert (batch.count, Case.objects.count(), batch.finished_at is not None) == (ROWS, ROWS, True)
    came = [official(row.values) for row in again(content).rows]
    for profile in ("template", "core"):
        went = [official(row.values) for row in again(fetched(cast, profile)).rows]
        assert went == came, profile
    # Nothing is left under the key with which it waited.
    assert not DataKey.objects.filter(scope_kind="draft", scope_id=batch.pk).exists()


def test_the_sheet_for_the_person_tells_what_the_register_said_of_her_and_of_nobody_else(
    cast: c.Cast,
) -> None:
    of_her = {"prs_FirstName": "Awa", "prs_Title": "élève canari", "x_AgeBand": "9-13"}
    of_others = {
        "cas_CaseOwner": "Mme Seck",
        "cas_IncomingReferralDetails": "récit du collègue",
        "cas_ReasonForCaseClosure": "motif du collègue",
        "vic_DetailsOfVulnerabilities": "avis du collègue",
        "org_ShippingStreet": "rue de la maison",
        "hte_Description": "récit de la patrouille",
        "x_Informateur": "la voisine",
    }
    values = of_her | of_others | {"vic_TraffickingStatus": "ActualVictimOfTrafficking"}
    written(cast, registers.text([*values], [*values.values()]))
    request = asked(cast, Case.objects.get())
    told = words(sign_in(cast.aissatou).post(reverse("request_report", args=[request.pk])))
    assert "élève canari" in told
    assert "Selon le registre Victime identifiée" in told
    assert [said for said in of_others.values() if said in told] == []
    assert "ce que d’autres ont dit ou écrit pour des collègues" in told
    look = Event.objects.using("audit").get(verb="reveal", object_type="referral.importedrow")
    assert (look.actor_id, look.scope) == (cast.aissatou.pk, "rights")


def test_what_was_corrected_here_goes_out_corrected_and_the_rest_as_it_came(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_SecondName", "prs_Gender", "prs_Title")
    written(cast, registers.text(columns, ("Awa", "Sow", "TransgenderFeminine", "élève")))
    edit = f"{reverse('case_edit', args=[Case.objects.get().pk])}?part=identity"
    assert press(sign_in(cast.aissatou), edit, family_name="Sall").status_code == 302
    (row,) = again(fetched(cast, "core")).rows
    assert (row.values["prs_SecondName"], row.values["prs_FirstName"]) == ("Sall", "Awa")
    assert (row.values["prs_Gender"], row.values["prs_Title"]) == ("TransgenderFeminine", "élève")


def test_what_the_template_has_no_column_for_goes_out_as_it_came(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_MiddleName", "spl_Type", "x_Dossier")
    written(cast, registers.text(columns, ("Awa", "Marie", "SocialCare", "12/B")))
    (row,) = again(fetched(cast)).rows
    assert [row.values[name] for name in columns] == ["Awa", "Marie", "SocialCare", "12/B"]


HEARD = ("vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation")


def test_what_a_register_says_of_trafficking_becomes_the_elements_of_the_file(cast: c.Cast) -> None:
    said = ("ThroughFamilyOrFamilyEvents", "DebtBondage; Other", "ForcedLabour; Other")
    written(cast, registers.text(("prs_FirstName", *HEARD), ("Awa", *said), ("Binta", "", "", "")))
    case, silent = Case.objects.order_by("seq")
    assert not Screening.objects.filter(case=silent).exists()
    with c.acting(cast.aissatou), keyring.revealing(found := Screening.objects.get(case=case)):
        assert found.answers == {
            "recruitment": ["ThroughFamilyOrFamilyEvents"],
            "control": ["DebtBondage", "OTHER"],
            "exploitation": ["ForcedLabour", "OTHER"],
        }
    browser = sign_in(cast.aissatou)
    opened = browser.post(reverse("case_reveal", args=[case.pk]), {"groups": ["screening"], "reason": "care"})
    assert "Servitude pour dettes" in words(opened)
    # Untouched it goes out as it came; then as it was corrected, and the rest as it came.
    (row, _silent) = again(fetched(cast, "core")).rows
    assert tuple(row.values[name] for name in HEARD) == said
    corrected = {"recruitment": [], "control": ["FalsePromises"], "exploitation": ["OTHER", "SN_GOLD_SITE"]}
    assert press(browser, reverse("case_screening", args=[case.pk]), **corrected).status_code == 302
    (row, _silent) = again(fetched(cast, "core")).rows
    assert [row.values.get(name) for name in HEARD] == [None, "FalsePromises", "ForcedLabour; Other"]


def test_a_word_of_the_standard_that_the_ministry_has_none_for_stays_through_a_correction(
    cast: c.Cast,
) -> None:
    for word in Code.objects.filter(list="control", htcds="Other"):
        word.htcds = ""
        with c.acting(), transaction.atomic():
            write(word, fields=["htcds"])
    written(cast, registers.text(("prs_FirstName", *HEARD[1:2]), ("Awa", "DebtBondage; Other")))
    case, browser = Case.objects.get(), sign_in(cast.aissatou)
    (row,) = again(fetched(cast, "core")).rows
    assert row.values[HEARD[1]] == "DebtBondage; Other"
    url = reverse("case_screening", args=[case.pk])
    shown = browser.get(url).context["form"]
    assert shown["control"].value() == ["DebtBondage", "Other"]
    assert press(browser, url, control=["Other", "FalsePromises"]).status_code == 302
    (row,) = again(fetched(cast, "core")).rows
    assert set(row.values[HEARD[1]].split("; ")) == {"Other", "FalsePromises"}
    assert press(browser, url, control=["FalsePromises", "Unknown"]).context["form"].errors


def test_a_status_stays_the_word_of_the_register_until_somebody_decides_here(cast: c.Cast) -> None:
    said = ("NotAVictimOfTrafficking", "Police")
    written(
        cast,
        registers.text(
            ("prs_FirstName", *DECIDED), ("Awa", *said), ("Binta", "ActualVictimOfTrafficking", "")
        ),
    )
    case, other = Case.objects.order_by("seq")
    browser = sign_in(cast.aissatou)
    page = words(browser.get(reverse("case", args=[case.pk])))
    assert "Aucune décision enregistrée ici Selon le registre Non victime de traite (Police)" in page
    assert "il ne dit pas qui a décidé" in words(browser.get(reverse("case", args=[other.pk])))
    assert "Non victime de traite (Police)" in words(browser.get(reverse("case_status", args=[case.pk])))
    # It is nobody's decision here: neither a row of them, nor one of the two persons that such an end takes.
    assert not case.statusdecisions.exists()
    assert decides(cast, "aissatou", case, "NotAVictimOfTrafficking").status_code == 302
    with c.acting(cast.aissatou):
        assert not not_victim_by_two(case)
    later(minutes=5)
    assert decides(cast, "aissatou", case, "PossibleVictimOfTrafficking", decider="NGO").status_code == 302
    assert "Selon le registre Non victime" in words(browser.get(reverse("case", args=[case.pk])))
    here, register = again(fetched(cast, "core")).rows
    assert [here.values[name] for name in DECIDED] == ["PossibleVictimOfTrafficking", "NGO"]
    assert [register.values.get(name) for name in DECIDED] == ["ActualVictimOfTrafficking", None]


def test_a_row_becomes_a_file_of_the_person_who_was_chosen(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_Birthdate", "prs_Gender", "prs_Citizenship", "cas_Status", "x_Region")
    born = clock.now().date() - timedelta(days=20 * 366)
    rows = [
        ("Awa", born.isoformat(), "Feminine", "GM; SN", "FollowUp", cast.region.code),
        ("Binta", "", "", "", "Closed", ""),
    ]
    batch = written(cast, registers.text(columns, *rows))
    assert (batch.closed, batch.ageless) == (1, 1)
    first, second = Case.objects.order_by("seq").select_related("person")
    assert (first.owner, first.state, first.region) == (cast.aissatou, CaseState.SCREENING, cast.region)
    assert (first.person.sex, first.person.age_status, first.person.age_band) == ("female", "adult", "18-20")
    assert (second.state, second.person.age_status) == (CaseState.CLOSED, "unknown")
    assert not second.tasks.filter(done_at=None).exists()
    page = sign_in(cast.aissatou).post(
        reverse("case_reveal", args=[first.pk]), {"groups": ["identity"], "reason": "care"}
    )
    assert "Gambie" in page.content.decode()
    # Done in the name of who ordered it, and written down for each file.
    created = Event.objects.filter(verb="create", object_type="referral.case", actor_id=cast.bineta.pk)
    assert set(created.values_list("case_id", flat=True)) == {first.pk, second.pk}


def test_what_the_register_said_is_read_with_a_reason(cast: c.Cast) -> None:
    written(cast, registers.text(("prs_FirstName", "prs_Salutation"), ("Awa", "Mme Canari")))
    case, browser = Case.objects.get(), sign_in(cast.aissatou)
    url = reverse("case_imported", args=[case.pk])
    assert url in browser.get(reverse("case", args=[case.pk])).content.decode()
    assert "Mme Canari" not in browser.get(url).content.decode()
    assert "Mme Canari" in browser.post(url, {"reason": "care"}).content.decode()
    look = Event.objects.using("audit").get(verb="reveal", object_type="referral.importedrow")
    assert (look.actor_id, look.case_id, look.scope) == (cast.aissatou.pk, case.pk, "care")
    other = c.open_case(cast)
    assert browser.get(reverse("case_imported", args=[other.pk])).status_code == 404


# --- In handfuls, and back -------------------------------------------------------------------------------------
def test_a_worker_that_dies_goes_on_where_it_stopped(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "HANDFUL", 5)
    batch = kept(cast, registers.template(registers.people(12)))
    press(sign_in(cast.bineta), reverse("import", args=[batch.pk]))
    with c.acting(cast.bineta):
        assert importing.write_handful(batch.pk, at=clock.now())
    assert Case.objects.count() == 5
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert page.context["running"]
    assert 'value="5" max="12"' in page.content.decode()
    work()
    assert Case.objects.count() == 12
    assert sorted(ImportedRow.objects.values_list("number", flat=True)) == list(range(3, 15))
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert (page.context["running"], page.context["label"]) == (False, "Importé")
    assert "Importation demandée" in words(page)
    work()
    assert Case.objects.count() == 12


def test_an_import_is_taken_back_but_for_what_somebody_has_opened_or_touched(
    cast: c.Cast, one_connection: None
) -> None:
    batch = written(cast, registers.template(registers.people(5)))
    touched, opened, held, *others = Case.objects.order_by("seq")
    with c.acting(cast.bineta) as actor:
        holds.set_hold(held.pk, by=actor, at=clock.now(), reason="instruction")
    browser, importer = sign_in(cast.aissatou), sign_in(cast.bineta)
    browser.get(reverse("case", args=[opened.pk]))
    importer.get(reverse("case", args=[others[0].pk]))  # whoever imported looks whether it came out well
    edit = f"{reverse('case_edit', args=[touched.pk])}?part=health"
    assert press(browser, edit, health="allergie").status_code == 302
    browser.post(reverse("draft_save", args=["edit_health", others[1].pk]), {"health": "à moitié dit"})
    with c.acting():
        pair = sorted(case.pk for case in others)
        write(MatchReview(first_id=pair[0], second_id=pair[1], found_at=clock.now(), likenesses=[]))
    assert press(importer, reverse("import_end", args=[batch.pk])).status_code == 302
    work()
    for case in others:
        assert importer.get(reverse("case", args=[case.pk])).status_code == 404
        assert browser.get(reverse("case", args=[case.pk])).status_code == 404
        assert not DataKey.objects.filter(case_id=case.pk).exists()
        assert Event.objects.filter(verb="key.shred", case_id=case.pk, reason_code=IMPORT_UNDONE).count() == 1
        assert Person.history.filter(case_id=case.pk).exists()
    with c.acting():
        assert not {blind_index.case_of(match) for match in Match.objects.all()} & set(pair)
    assert MatchReview.objects.get(first=pair[0], second=pair[1]).decision == MatchDecision.GONE
    assert not Draft.objects.exists()
    page = importer.get(reverse("import", args=[batch.pk]))
    assert (page.context["undone"], page.context["written"]) == (2, 3)
    assert page.context["label"] == "Importation annulée"
    for case in (touched, opened, held):
        assert browser.get(reverse("case", args=[case.pk])).status_code == 200
        assert reverse("case", args=[case.pk]) in page.content.decode(), "what stays is named"
    assert len(again(fetched(cast, "core")).rows) == 3


def test_one_person_alone_takes_an_import_back_within_a_day(cast: c.Cast) -> None:
    batch = written(cast, registers.template(registers.people(1)))
    url, browser = reverse("import_end", args=[batch.pk]), sign_in(cast.bineta)
    shown = browser.get(url)
    assert url in browser.get(reverse("import", args=[batch.pk])).content.decode()
    later(hours=24)
    browser = sign_in(cast.bineta)
    assert url not in browser.get(reverse("import", args=[batch.pk])).content.decode()
    late = browser.post(url, values_of(shown.context["form"]))
    assert (late.status_code, "24" in errors_of(late)) == (200, True)
    work()
    assert DataKey.objects.filter(case_id=Case.objects.get().pk).exists()


def test_what_the_system_does_by_itself_keeps_no_import(cast: c.Cast, one_connection: None) -> None:
    batch = written(cast, registers.template(registers.people(2)))
    assert press(sign_in(cast.bineta), reverse("import_end", args=[batch.pk])).status_code == 302
    later(days=40)  # the worker stood still
    with c.acting():
        for rule in RULES:
            run_rule(rule, clock.now())
    events = Event.objects.filter(case_id__isnull=False, actor_id=None, row_digest__isnull=False)
    assert events.exists(), "the clock has written into the files"
    work()
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert (page.context["undone"], page.context["written"]) == (2, 0)


def test_what_was_read_and_never_ordered_leaves_nothing(cast: c.Cast) -> None:
    content = registers.template(registers.people(2))
    batch = kept(cast, content)
    assert press(sign_in(cast.bineta), reverse("import_end", args=[batch.pk])).status_code == 302
    assert "Abandonné" in words(sign_in(cast.bineta).get(reverse("imports")))
    forgotten = kept(cast, content)
    assert "Lu, pas encore importé" in words(sign_in(cast.bineta).get(reverse("imports")))
    later(days=8)
    with c.acting():
        assert run_rule("imports", clock.now()) == 1
    assert ImportedRow.objects.count() == Case.objects.count() == 0
    assert not DataKey.objects.filter(scope_id__in=[batch.pk, forgotten.pk]).exists()
    stale = sign_in(cast.bineta).post(reverse("import", args=[forgotten.pk]), {"version": 1, "key": batch.pk})
    assert (stale.status_code, Case.objects.count()) == (200, 0)


def test_a_strangers_import_is_not_there_and_a_caseworker_imports_nothing(cast: c.Cast) -> None:
    batch = kept(cast, registers.template(registers.people(1)))
    assert same_as_unknown(sign_in(cast.elisabeth), "import", batch.pk)
    assert same_as_unknown(sign_in(cast.elisabeth), "import_end", batch.pk)
    assert sign_in(cast.aissatou).get(reverse("import_new")).status_code == 403
    theirs = upload(cast, registers.template(registers.people(1)), owner=str(cast.daouda.pk))
    assert theirs.status_code == 200
