"""Tasks that are done on the telephone: each shows the number, and ends with what was heard."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners.actor import Actor
from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import dial
from referral import lifecycle, policy
from referral.enums import Action, CaseAct, TaskKind
from referral.forms.acts import ActForm
from referral.forms.tasks import OutcomeForm, TaskDoneForm
from referral.models import Referral, Task
from referral.queries import case_tie
from referral.queries.urgency import next_candidates, silent_together, unheard_together
from referral.references import spoken
from referral.services import tasks, urgency
from referral.services.group_sending import of_slip
from referral.views import tasks_shown
from referral.views.confirming import posted, to_referral
from referral.views.door import ActingRequest, now, perform
from referral.views.shared import in_codes, persons

#: Addresses and words; `others`: what else one does to a task than ending it.
Links = list[dict[str, str]]


def call_desk(request: ActingRequest, task: Task, others: Links) -> HttpResponse:
    """A yes and a no lead to the telephone answer; the button of this page is for a silence."""
    referral = _referral(task)
    form = ActForm(posted(request), version=task.version)

    def act(cleaned: dict[str, Any]) -> str:
        following = urgency.nobody_replies(task.pk, by=request.actor, at=now(), version=cleaned["version"])
        return tasks_shown.address(following) if following else to_referral(referral)

    unanswered = referral.state in lifecycle.move_of(Action.RECORD_TELEPHONE_ANSWER).sources
    alone = unanswered and referral.group_referral_id is None
    more = {"said": _said(referral) if alone else [], "submit": _("Nobody answers")}
    return _page(request, task, others, form, act, more)


def next_candidate(request: ActingRequest, task: Task, others: Links) -> HttpResponse:
    """The next organisations with their telephone, and a way to refer there with the same need."""
    referral = _referral(task)
    together = silent_together(request.actor, referral) if referral.group_referral_id else []
    may_refer = policy.may_case(request.actor, CaseAct.REFER, case_tie(request.actor, task.case))
    found = [
        {
            "organisation": each.organisation,
            "full": each.full,
            "url": _refer(referral, each.organisation.pk, together) if may_refer and each.staffed else "",
        }
        for each in next_candidates(referral, now())
    ]
    form = TaskDoneForm(posted(request), version=task.version)

    def act(cleaned: dict[str, Any]) -> str:
        tasks.finish_task(
            task.pk, by=request.actor, at=now(), version=cleaned["version"], note=cleaned["note"]
        )
        messages.success(request, _("The task is done."))
        return to_referral(referral)

    return _page(request, task, others, form, act, {"found": found, "submit": _("This is done")})


def outcome_call(request: ActingRequest, task: Task, others: Links) -> HttpResponse:
    referral = _referral(task)
    form = OutcomeForm(posted(request), version=task.version)

    def act(cleaned: dict[str, Any]) -> str:
        tasks.end_call(
            task.pk,
            kind=TaskKind.OUTCOME_CALL,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            result=cleaned["code"],
        )
        messages.success(request, _("The outcome is recorded."))
        return to_referral(referral)

    return _page(request, task, others, form, act, {"submit": _("Record the outcome")})


#: By kind, for `views.tasks`.
PAGES: Mapping[str, Callable[[ActingRequest, Task, Links], HttpResponse]] = {
    TaskKind.CALL_DESK: call_desk,
    TaskKind.NEXT_CANDIDATE: next_candidate,
    TaskKind.OUTCOME_CALL: outcome_call,
}


def _referral(task: Task) -> Referral:
    """Such a task always is about one."""
    about = ("case__person", "receiving_organisation", "group_referral")
    return Referral.objects.select_related(*about).get(tasks=task)


def _said(referral: Referral) -> list[tuple[str, str]]:
    url = reverse("referral_act", args=[referral.pk, Action.RECORD_TELEPHONE_ANSWER])
    return [(f"{url}?yes=yes", _("They said yes")), (f"{url}?yes=no", _("They said no"))]


def _unheard(actor: Actor, referral: Referral) -> list[dict[str, Any]]:
    """Of a group: an answer holds a place for one person only, and is written down for each."""
    rows = unheard_together(actor, referral) if referral.group_referral_id else []
    return [{"who": of_slip(row.case.slip.number, in_codes(row)), "said": _said(row)} for row in rows]


def _refer(referral: Referral, organisation: UUID, together: list[int]) -> str:
    """Who could receive this person, with the organisation chosen and the need filled in; this one comes before it.

    Args:
        together: slips of those of its group who wait with it, and are referred on with it.
    """
    days = referral.preview.details["days"]
    need = {"service": referral.service, "urgency": referral.urgency, **({"days": days} if days else {})}
    group = referral.group_referral
    if group is None or not together:
        query = urlencode(need | {"organisation": organisation, "parent": referral.pk})
        return f"{reverse('case_refer', args=[referral.case_id])}?{query}"
    query = urlencode(need | {"of": group.pk, "to": organisation, "n": together}, doseq=True)
    return f"{reverse('arrival_refer', args=[group.arrival_id])}?{query}"


def _page(
    request: ActingRequest,
    task: Task,
    others: Links,
    form: ActForm,
    act: Callable[[dict[str, Any]], str],
    more: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and (answer := perform(request, form, act)) is not None:
        return answer
    form.renew(task.version)
    referral = _referral(task)
    receiving = referral.receiving_organisation
    service = code_label(CodeList.SERVICE, referral.service)
    return render(
        request,
        "referral/call.html",
        {
            "form": form,
            "task": task,
            "title": task.get_kind_display(),
            "at": now(),
            "text": tasks_shown.ABOUT[TaskKind(task.kind)],
            "rows": [
                (_("Organisation"), receiving.name),
                (_("Telephone of the desk"), dial(receiving.telephone)),
                (_("Referral"), f"{spoken(referral.reference)} · {service}"),
                *([(_("Persons"), persons(referral.group_referral.size))] if referral.group_referral else []),
                (_("For"), tasks_shown.for_whom(task)),
            ],
            "unheard": _unheard(request.actor, referral),
            "links": [{"url": to_referral(referral), "label": _("Open the referral")}, *others],
            "over": task.done_at is not None,
            "cancel_url": reverse("home"),
            **more,
        },
    )
