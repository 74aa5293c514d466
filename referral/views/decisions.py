"""Decisions about a file as a whole, each on a page of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.enums import OTHER
from referral.enums import AgeStatus, CaseAct
from referral.forms.acts import ActForm
from referral.forms.decisions import AgeForm, AssignForm, CloseForm
from referral.models import Case
from referral.queries import case_of
from referral.queries.files import closing_unmet
from referral.references import spoken
from referral.services import cases, reading, steps
from referral.views import file, ways_out
from referral.views.door import ActingRequest, case_or_404, now, perform


def _confirm(request: ActingRequest, case: Case, form: ActForm, **shown: Any) -> HttpResponse:
    """The page of one act, with the codes of the file that it is about."""
    base = {
        "form": form,
        "rows": [(_("Case"), spoken(case.reference)), *file.codes(case)[:3]],
        "cancel_url": reverse("case", args=[case.pk]),
    }
    return render(request, shown.pop("template", "components/confirm.html"), base | shown)


@require_http_methods(["GET", "POST"])
def case_take_in(request: ActingRequest, pk: UUID) -> HttpResponse:
    """A report, in codes; the first who takes it in owns the case."""
    case = case_or_404(request, pk)
    reading.read_codes(request.actor, case)
    form = ActForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        cases.take_in(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("You own this case now."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    return done or _confirm(
        request,
        case,
        form,
        title=_("Take in this report?"),
        text=_("You become the owner of the case: the next step is yours."),
        rows=[(_("Danger"), case.get_urgency_display()), *file.codes(case)],
        undo=_("A supervisor can name another owner afterwards."),
        submit=_("Take in the report"),
        cancel_url=reverse("home"),
    )


@require_http_methods(["GET", "POST"])
def case_protect(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.EDIT, case)
    form = ActForm(request.POST or None, version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        cases.protect(pk, by=request.actor, at=now(), version=cleaned["version"])
        messages.success(request, _("The case is under immediate protection."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    return done or _confirm(
        request,
        case,
        form,
        title=_("Put the person under immediate protection?"),
        text=_(
            "Do this when the person is a presumed victim or in danger, and is being brought to safety now."
        ),
        undo=_("The case does not go back to screening afterwards."),
        submit=_("Put under immediate protection"),
    )


@require_http_methods(["GET", "POST"])
def case_assign(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.ASSIGN, case)
    form = AssignForm(request.POST or None, case=case, version=case.version)

    def act(cleaned: dict[str, Any]) -> str:
        cases.assign_owner(
            pk, by=request.actor, at=now(), version=cleaned["version"], owner_id=cleaned["owner"].pk
        )
        messages.success(request, _("%(name)s owns the case now.") % {"name": cleaned["owner"].name})
        # To who had it in hand for another organisation it has just closed.
        return reverse("case", args=[pk]) if case_of(request.actor, pk) is not None else reverse("home")

    done = perform(request, form, act)
    form.renew(case.version)
    owner = case.owner.name if case.owner else _("Nobody")
    return done or _confirm(
        request,
        case,
        form,
        title=_("Name the case owner"),
        rows=[(_("Case"), spoken(case.reference)), (_("Case owner"), owner)],
        undo=_("The file opens to the new owner and closes to the former one. Open tasks move along."),
        submit=_("Name the owner"),
    )


@require_http_methods(["GET", "POST"])
def case_age(request: ActingRequest, pk: UUID) -> HttpResponse:
    """A second person decides; unknown age has had the safeguards of a child until then."""
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.DECIDE_AGE, case)
    steps.require_second(request.actor, case, CaseAct.DECIDE_AGE)
    version = case.person.version
    form = AgeForm(request.POST or None, version=version)

    def act(cleaned: dict[str, Any]) -> str:
        cases.decide_age(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            age_status=cleaned["age_status"],
            age_band=cleaned["age_band"],
        )
        messages.success(request, _("The age is decided."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(version)
    adult = case.person.age_status == AgeStatus.ADULT
    return done or _confirm(
        request,
        case,
        form,
        title=_("Decide the age"),
        text=_("In doubt the person is a child: the safeguards of a child cost an adult little."),
        undo=_("A decision of adulthood ends the safeguards of a child.") if not adult else "",
        danger=not adult,
        submit=_("Decide"),
    )


@require_http_methods(["GET", "POST"])
def case_close(request: ActingRequest, pk: UUID) -> HttpResponse:
    case = case_or_404(request, pk)
    steps.permit_case(request.actor, CaseAct.CLOSE, case)
    steps.require_second(request.actor, case, CaseAct.CLOSE)
    at = now()
    open_still = ways_out.still_open(case, at)
    form = CloseForm(request.POST or None, version=case.version, pursued=open_still.pursued)

    def act(cleaned: dict[str, Any]) -> str:
        cases.close_case(
            pk,
            by=request.actor,
            at=now(),
            version=cleaned["version"],
            reason_code=cleaned["reason"],
            reason=form.in_words(cleaned["other"] if cleaned["reason"] == OTHER else None),
            informed=cleaned["informed"],
        )
        messages.success(request, _("The case is closed."))
        return reverse("case", args=[pk])

    done = perform(request, form, act)
    form.renew(case.version)
    return done or _confirm(
        request,
        case,
        form,
        template="referral/case/close.html",
        unmet=[] if form.is_bound else closing_unmet(case, now()),
        ways_out=ways_out.of_closing(case, at),
        still_open=open_still.lines,
        title=_("Close the case?"),
        text=_("Only the case owner and the supervisors can open the file afterwards. Open tasks end."),
        undo=_("Nothing can be added to a closed case."),
        danger=True,
        submit=_("Close the case"),
    )
