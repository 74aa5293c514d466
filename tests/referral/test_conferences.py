"""Case conferences: nobody hears what consent or a ground does not let them know."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from referral.enums import TaskKind
from referral.forms.when import BOX
from referral.models import CaseConference, Task
from tests import cast as c
from tests.referral.pages import press, same_as_unknown, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def url(case):
    return reverse("conference_new", args=[case.pk])


def test_who_may_hear_what_is_shown_recorded_and_read_only_by_the_file_readers(cast):
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre, groups=["needs", "health"])
    owner = sign_in(cast.aissatou)
    due = timezone.localtime(timezone.now() + timedelta(days=3)).strftime(BOX)
    answer = press(
        owner,
        url(case),
        organisations=[str(cast.unit.pk), str(cast.centre.pk)],
        attendance="éducatrice canari",
        view="vœu canari",
        record="décision canari",
        decision="chercher canari",
        decision_due=due,
    )
    assert answer.status_code == 302
    held = CaseConference.objects.get()
    page = owner.get(answer["Location"]).content.decode()
    for words in ("vœu canari", "décision canari", "éducatrice canari"):
        assert words in page
    task = Task.objects.get(case=case, kind=TaskKind.DECISION)
    assert task.owner_id == cast.aissatou.pk
    assert "chercher canari" in owner.get(reverse("task_done", args=[task.pk])).content.decode()
    paper = owner.get(reverse("conference_print", args=[held.pk])).content.decode()
    assert "canari" not in paper
    looks = Event.objects.using("audit").filter(object_id=held.pk)
    assert {*looks.values_list("verb", flat=True)} == {"reveal", "print"}
    with c.acting():
        assert held.heard[str(cast.centre.pk)] == ["health", "needs"]
    for stranger in (cast.codou, cast.ibrahima, cast.habib):
        assert same_as_unknown(sign_in(stranger), "conference", held.pk)
    assert "canari" not in owner.get(reverse("case_conferences", args=[case.pk])).content.decode()


def test_an_organisation_that_may_know_nothing_cannot_be_chosen(cast):
    case = c.open_case(cast)
    answer = press(sign_in(cast.aissatou), url(case), organisations=[str(cast.centre.pk)], view="vœu")
    assert answer.status_code == 200
    assert answer.context["form"].errors["organisations"]
    assert not CaseConference.objects.exists()


def test_the_person_is_asked_first(cast):
    case = c.open_case(cast)
    answer = press(
        sign_in(cast.aissatou), url(case), organisations=[str(cast.unit.pk)], record="gardé canari"
    )
    assert answer.context["form"].errors["view"]
    assert "gardé canari" in answer.content.decode()
    assert not CaseConference.objects.exists()


def test_a_decision_needs_its_day(cast):
    case = c.open_case(cast)
    answer = press(
        sign_in(cast.aissatou), url(case), organisations=[str(cast.unit.pk)], view="vœu", decision="chercher"
    )
    assert answer.context["form"].errors["decision_due"]
