"""An order of justice and a demand without one, a complaint, an incident: all their words."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from partners.enums import Role
from referral.forms.when import BOX
from referral.models import Complaint, Incident, Requisition
from tests.referral.pages import press
from tests.referral.story import Story

TYPED = {
    "authority": "Cabinet du juge Canari",
    "order_number": "RP 41-Canari",
    "order_note": "suite de réquisition canari",
    "silent_by": "juge interdit canari",
    "check": "contrôle canari",
    "why_health": "blessures canari",
    "who": "Adjudant Canari",
    "demand": "demande verbale canari",
    "worker": "Éducateur Canari",
    "what": "plainte contre canari",
    "complainant": "Plaignante Canari",
    "step_note": "note de plainte canari",
    "step_answer": "réponse à la plainte canari",
    "story": "ordinateur volé canari",
    "measures": "mesure prise canari",
}
#: Papers that we make ourselves, and whom a complaint is about, by id.
CODED = {"referral.RequisitionExtract.content", "referral.Complaint.about_organisation"}
UNSHOWN: set[str] = set()


def play(story: Story, trace: Any) -> None:
    an_order(story)
    way = {"way": "telephone", "who": TYPED["who"], "what": TYPED["demand"]}
    url = story.does("codou", reverse("verbal_new"), **way)
    assert TYPED["demand"] in story.browser("codou").get(url).content.decode()
    a_complaint(story)
    an_incident(story)


def an_order(story: Story) -> None:
    """Nobody may be told for two days: the mails say only that something waits, and go with no notice."""
    case, now = story.opens_case(alias="Alias Canari"), timezone.localtime(timezone.now())
    day = {f"ordered_on_{part}": str(getattr(now, part)) for part in ("day", "month", "year")}
    paper = {name: TYPED[name] for name in ("authority", "order_number", "silent_by")}
    asked = {"asked": ["identity", "health"], "note": TYPED["order_note"]}
    times = {"due_at": 5, "silent_until": 2}
    when = {name: (now + timedelta(days=days)).strftime(BOX) for name, days in times.items()}
    new = reverse("order_new", args=[case.pk])
    press(story.browser("aissatou"), new, **paper, **asked, **day, **when)
    order = Requisition.objects.get(case=case)
    given = {"granted": ["identity"], "give_health": "on", "why_health": TYPED["why_health"]}
    check = reverse("order_check", args=[order.pk])
    press(story.browser("bineta"), check, decision="accepted", reason=TYPED["check"], **given)
    story.does("aissatou", reverse("order_make", args=[order.pk]), read_through="on")
    page = story.reads("aissatou", "order", order.pk)
    assert TYPED["check"] in page
    paper_answer = story.browser("aissatou").post(reverse("order_extract", args=[order.pk]))
    assert paper_answer.content.startswith(b"%PDF")


def a_complaint(story: Story) -> None:
    """Its mail says only that something waits: it goes with no notice."""
    cast = story.cast
    press(story.browser("mareme"), reverse("complaint_desk"), person=str(cast.khady.pk))
    assert Role.AUDITOR in cast.khady.memberships.values_list("role", flat=True)
    said = {"way": "own", "organisation": str(cast.centre.pk)}
    said |= {name: TYPED[name] for name in ("worker", "what", "complainant")}
    assert press(story.browser("codou"), reverse("complaint_new"), **said).status_code == 302
    url = reverse("complaint", args=[Complaint.objects.get().pk])
    step = {"state": "answered", "note": TYPED["step_note"], "answer": TYPED["step_answer"]}
    assert press(story.browser("khady"), url, **step).status_code == 302
    assert TYPED["step_answer"] in story.browser("khady").get(url).content.decode()


def an_incident(story: Story) -> None:
    said = {"kind": "lost", "story": TYPED["story"], "measures": TYPED["measures"]}
    assert press(story.browser("elisabeth"), reverse("incident_new"), **said).status_code == 302
    assert TYPED["measures"] in story.reads("ibrahima", "incident", Incident.objects.get().pk)
    for kind in ("docx", "pdf"):
        story.browser("bineta").get(reverse("cdp_file", args=[kind, "fr"]))
    story.reads("khady", "orders")
