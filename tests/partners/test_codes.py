"""The coded lists: what came with the software, and what a ministry adds on screen."""

import csv
import time
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import translation

from partners import reference
from partners.enums import OTHER, CodeList
from partners.models import Code, Department, Region
from partners.queries import code_choices, code_label, code_labels, codes
from tests.partners.conftest import BOTH, changes, denials, history

pytestmark = pytest.mark.django_db(databases=BOTH)


def data(**more):
    return {
        "code": "LAUNDRY",
        "fr": "Blanchisserie",
        "en": "Laundry",
        "htcds": "",
        "ictip": "",
        "rank": 5,
        **more,
    }


def add(person, **more):
    return person.client.post(reverse("code-add", args=["service"]), data(**more))


class TestOnScreen:
    def test_a_new_code_can_be_chosen_at_once(self, administrator, django_capture_on_commit_callbacks):
        assert "LAUNDRY" not in dict(code_choices(CodeList.SERVICE))
        with django_capture_on_commit_callbacks(execute=True):
            assert add(administrator).status_code == 302
        assert code_choices(CodeList.SERVICE)[0] == ("LAUNDRY", "Blanchisserie")
        row = Code.objects.get(code="LAUNDRY")
        assert changes(row.pk) == ["create"]
        assert history(row) == [1]

    def test_it_is_offered_by_the_forms(self, administrator, focal_point, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            add(administrator)
        assert "Blanchisserie" in focal_point.client.get(reverse("service-new")).content.decode()
        assert "Blanchisserie" in focal_point.client.get(reverse("directory")).content.decode()

    def test_wording_is_changed_and_the_code_is_not(self, administrator, django_capture_on_commit_callbacks):
        row = Code.objects.get(list=CodeList.SERVICE, code="MHPSS")
        url = reverse("code-edit", args=[row.pk])
        with django_capture_on_commit_callbacks(execute=True):
            assert administrator.client.post(url, data(code="X", fr="Écoute", version=1)).status_code == 302
        assert code_label(CodeList.SERVICE, "MHPSS") == "Écoute"
        stale = administrator.client.post(url, data(fr="Autre", version=1))
        assert stale.context["form"].non_field_errors()
        assert Code.objects.get(pk=row.pk).fr == "Écoute"

    def test_a_retired_code_is_not_offered_and_stays_readable(
        self, administrator, django_capture_on_commit_callbacks
    ):
        row = Code.objects.get(list=CodeList.SERVICE, code="CASH")
        with django_capture_on_commit_callbacks(execute=True):
            administrator.client.post(reverse("code-retire", args=[row.pk]), {"version": 1})
        assert "CASH" not in dict(code_choices(CodeList.SERVICE))
        assert code_labels(CodeList.SERVICE)["CASH"] == "Aide financière"
        again = administrator.client.post(reverse("code-retire", args=[row.pk]), {"version": 2})
        assert again.context["form"].non_field_errors()
        with django_capture_on_commit_callbacks(execute=True):
            administrator.client.post(reverse("code-restore", args=[row.pk]), {"version": 2})
        assert "CASH" in dict(code_choices(CodeList.SERVICE))
        assert history(row) == [1, 2, 3]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", ""),
            ("code", "deux mots"),
            ("code", "X" * 31),
            ("fr", ""),
            ("en", "x" * 121),
            ("rank", "-1"),
            ("rank", "99999"),
        ],
    )
    def test_nonsense_is_said_at_its_field(self, administrator, field, value):
        assert list(add(administrator, **{field: value}).context["form"].errors) == [field]
        assert not Code.objects.filter(fr="Blanchisserie").exists()

    def test_a_code_is_given_once_per_list(self, administrator):
        assert add(administrator, code="CASH").context["form"].non_field_errors()

    def test_codes_of_narrow_columns_are_short(self, administrator):
        url = reverse("code-add", args=["language"])
        response = administrator.client.post(url, data(code="ninechars"))
        assert response.context["form"].errors["code"]

    @pytest.mark.parametrize("name", sorted(CodeList))
    def test_every_list_has_its_page(self, administrator, name):
        assert administrator.client.get(reverse("code-list", args=[name])).status_code == 200

    def test_a_list_that_is_none_is_not_found(self, administrator):
        assert administrator.client.get(reverse("code-list", args=["edit"])).status_code == 404
        assert administrator.client.get(reverse("code-edit", args=[uuid4()])).status_code == 404

    @pytest.mark.parametrize("name", ["code-edit", "code-retire", "code-restore"])
    def test_nobody_else_changes_a_code(self, focal_point, name):
        row = Code.objects.get(list=CodeList.SERVICE, code="CASH")
        assert focal_point.client.post(reverse(name, args=[row.pk]), data(version=1)).status_code == 403
        assert denials(focal_point) == ["MANAGE_CODES"]
        assert Code.objects.get(pk=row.pk).version == 1

    def test_nobody_else_adds_a_code(self, focal_point):
        assert add(focal_point).status_code == 403
        assert focal_point.client.get(reverse("codes")).status_code == 403


class TestLabels:
    def test_they_are_in_the_language_of_the_reader(self):
        with translation.override("en"):
            assert code_label(CodeList.DECLINE_REASON, "NO_CAPACITY") == "No place"
        with translation.override("fr"):
            assert code_label(CodeList.DECLINE_REASON, "NO_CAPACITY") == "Pas de place"

    def test_a_code_that_no_list_knows_reads_as_itself(self):
        assert code_label(CodeList.SERVICE, "NEVER_WAS") == "NEVER_WAS"
        assert code_choices("no_such_list") == []

    def test_they_cost_no_query_until_they_are_old(self, django_assert_num_queries, monkeypatch):
        code_labels(CodeList.SERVICE)
        with django_assert_num_queries(0):
            code_labels(CodeList.OUTCOME)
        later = time.monotonic() + codes.TTL + 1
        monkeypatch.setattr(codes.time, "monotonic", lambda: later)
        with django_assert_num_queries(1):
            code_labels(CodeList.OUTCOME)


class TestWhatComesWithTheSoftware:
    def test_regions_departments_and_lists_are_there_with_their_history(self):
        assert (Region.objects.count(), Department.objects.count()) == (14, 46)
        assert Region.history.count() == 14
        assert Code.objects.count() == Code.history.count() == len(reference.rows("codes"))
        assert set(Code.objects.values_list("list", flat=True)) == set(CodeList.values)

    def test_the_lists_of_the_design_are_complete(self):
        outcome = (
            "NEED_MET PARTLY_MET REFERRED_ON LEFT_BY_CHOICE CONTACT_LOST TRANSFERRED RETURNED DECEASED OTHER"
        )
        withdraw = (
            "CONSENT_WITHDRAWN PERSON_DECLINED OTHER_SOLUTION RISK ERROR DUPLICATE DRAFT_EXPIRED "
            "ORGANISATION_SUSPENDED DESK_EMPTY OTHER"
        )
        question = "AGE LANGUAGE CHILDREN HEALTH_NEED SAFETY_NEED LEGAL_TITLE ARRIVAL DURATION"
        for name, words in (("outcome", outcome), ("withdraw_reason", withdraw), ("question", question)):
            assert [code for code, _label in code_choices(name)] == words.split()
        assert [code for code, _label in code_choices("consent_method")] == [
            "oral_with_witness",
            "interpreter",
            "written",
        ]
        assert "thumbprint" in code_labels("consent_method")

    def test_every_question_has_its_answers(self):
        answers = [code for code, _label in code_choices(CodeList.ANSWER)]
        for question, _label in code_choices(CodeList.QUESTION):
            assert sum(answer.startswith(f"{question}_") for answer in answers) >= 2

    def test_codes_fit_the_columns_that_carry_them(self):
        from partners.forms.codes import NARROW, WIDTH

        carried = Code.objects.exclude(list__in=["control", "decider", "recruitment", "exploitation"])
        for row in carried.exclude(list__in=["status", "gender", "referral_reason", "trafficker_link"]):
            assert len(row.code) <= NARROW.get(CodeList(row.list), WIDTH), row

    def test_names_of_htcds_are_those_of_the_standard(self):
        names = {row.code: row.htcds for row in Code.objects.filter(list=CodeList.EXPLOITATION)}
        assert names["ForcedBegging"] == "ForcedBegging"
        assert names["SN_DAARA_BEGGING"] == "ForcedBegging"
        assert names[OTHER] == "Other"

    def test_loading_again_changes_nothing(self, system):
        before = Code.objects.count()
        row = Code.objects.get(list=CodeList.SERVICE, code="CASH")
        row.fr = "Secours en espèces"
        row.save(update_fields=["fr"])
        with connection.schema_editor() as editor:
            reference.load(apps, editor)
        assert Code.objects.count() == before
        assert Code.objects.get(pk=row.pk).fr == "Secours en espèces"

    def test_loading_a_longer_file_adds_what_is_new(self, monkeypatch):
        new = {
            "list": "service",
            "code": "NEW",
            "fr": "Neuf",
            "en": "New",
            "htcds": "",
            "rank": "1",
            "active": "yes",
        }
        files = {name: reference.rows(name) for name in ("regions", "departments", "codes")}
        monkeypatch.setattr(reference, "rows", lambda name: files[name] + ([new] if name == "codes" else []))
        with connection.schema_editor() as editor:
            reference.load(apps, editor)
        row = Code.objects.get(code="NEW")
        assert (row.rank, row.active, history(row)) == (1, True, [1])

    def test_french_wording_has_its_signs(self):
        for row in reference.rows("codes"):
            assert "'" not in row["fr"], row["code"]
            assert " ?" not in row["fr"]

    def test_the_files_are_plain_csv(self):
        for path in reference.DATA.glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                widths = {len(row) for row in csv.reader(file)}
            assert len(widths) == 1, path
