"""Questions of a ministry: at most ten a service, sealed answers, shared only with the part they belong to."""

import pytest
from django.urls import reverse

from audit.models import Event
from referral.models import QuestionAnswers, ServiceQuestion
from tests import cast as c
from tests.referral.pages import act, press, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])
ASKED = {
    "service": "SHELTER_EMERG",
    "text_fr": "Régime alimentaire ?",
    "text_en": "Diet?",
    "kind": "text",
    "group": "needs",
}


def add(cast, **more):
    answer = press(sign_in(cast.ibrahima), reverse("question_add"), **ASKED | more)
    return (
        answer
        if answer.status_code == 200
        else ServiceQuestion.objects.get(text_fr=more.get("text_fr", ASKED["text_fr"]))
    )


def test_an_answer_goes_with_its_part_of_the_file_and_not_without(cast):
    diet, ill = add(cast), add(cast, text_fr="Traitement ?", text_en="Treatment?", group="health")
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre, groups=["needs", "health"])
    draft = c.drafted(cast, case)
    owner = sign_in(cast.aissatou)
    url = reverse("referral_questions", args=[draft.pk])
    assert (
        press(
            owner,
            url,
            **{f"question_{diet.pk.hex}": "sans sel canari", f"question_{ill.pk.hex}": "insuline canari"},
        ).status_code
        == 302
    )
    check = reverse("referral_check", args=[draft.pk])
    shown = owner.get(check).content.decode()
    assert "sans sel canari" in shown
    assert press(owner, check, groups=["needs"]).status_code == 302
    draft.refresh_from_db()
    assert act(cast.aissatou, draft, "send").status_code == 302
    draft.refresh_from_db()
    desk = sign_in(cast.codou)
    assert "canari" not in desk.get(reverse("referral", args=[draft.pk])).content.decode()
    referral = c.accepted(cast, draft)
    read = desk.get(reverse("referral_shared", args=[referral.pk])).content.decode()
    assert "sans sel canari" in read
    assert "insuline canari" not in read
    assert (
        Event.objects.using("audit")
        .filter(object_id=QuestionAnswers.objects.get().pk, verb="reveal")
        .exists()
    )


def test_a_retired_question_is_asked_no_more_and_its_answers_stay(cast):
    question = add(cast, kind="yes_no")
    case = c.open_case(cast)
    c.agree(cast, case, cast.centre)
    draft = c.drafted(cast, case)
    owner = sign_in(cast.aissatou)
    url = reverse("referral_questions", args=[draft.pk])
    press(owner, url, **{f"question_{question.pk.hex}": "yes"})
    assert press(sign_in(cast.ibrahima), reverse("question_retire", args=[question.pk])).status_code == 302
    assert owner.get(url).status_code == 302  # nothing is asked
    after = owner.get(reverse("referral_check", args=[draft.pk])).context["after"]
    assert ("Régime alimentaire ?" in str(after)) or ("Diet?" in str(after))


def test_ten_questions_a_service_and_no_eleventh(cast):
    for number in range(10):
        add(cast, text_fr=f"Question {number} ?")
    answer = add(cast, text_fr="Question de trop ?")
    assert answer.status_code == 200
    assert "Question de trop" in answer.content.decode()
    assert ServiceQuestion.objects.count() == 10
    gone = ServiceQuestion.objects.get(text_fr="Question 3 ?")
    press(sign_in(cast.ibrahima), reverse("question_retire", args=[gone.pk]))
    assert add(cast, text_fr="Question à sa place ?").number == gone.number


def test_a_choice_needs_answers_to_choose_from(cast):
    answer = add(cast, kind="choice", choices="Oui")
    assert answer.context["form"].errors["choices"]
    assert add(cast, kind="choice", choices="Oui\nNon\n").answers == ["Oui", "Non"]


@pytest.mark.parametrize("who", ["aissatou", "codou", "mareme"])
def test_only_coordination_asks(cast, who):
    assert sign_in(cast.people[who]).get(reverse("question_add")).status_code == 403
