"""The rules for regions, set by national coordination: who is asked first, what is read first, who changed it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.alphabet import Alphabetical
from partners.enums import CodeList, OrganisationKind, OrganisationStatus
from partners.models import Organisation, Region
from partners.queries import code_label, organisations
from partners.views.changes import changes
from referral.forms.routing_rules import AddRuleForm, RuleForm
from referral.forms.terms import RemoveForm
from referral.models import RoutingRule
from referral.queries.routing_rules import all_rules, past_of_rules, rule_of
from referral.routing_rules import Profile
from referral.services import routing_rules as services
from referral.services.steps import NotVisible
from referral.views import words
from referral.views.confirming import posted
from referral.views.door import ActingRequest, perform

Names = Mapping[UUID, str]


@require_GET
def rule_list(request: ActingRequest) -> HttpResponse:
    services.require_coordination(request.actor)
    regions, houses = _names()
    return render(
        request,
        "referral/routing_rules.html",
        {
            "rows": [
                {
                    "key": for_whom(rule, regions),
                    "value": says(rule, houses),
                    "url": reverse("routing_rule_edit", args=[rule.pk]),
                }
                for rule in all_rules()
            ],
            "changes": changes(
                past_of_rules(),
                what=lambda rule: for_whom(rule, regions),
                words=lambda rule: says(rule, houses),
            ),
        },
    )


def _names() -> tuple[Names, Names]:
    """Of regions and of organisations; the past of a rule holds only their ids."""
    return (
        dict(Region.objects.values_list("pk", "name")),
        dict(Organisation.objects.values_list("pk", "name")),
    )


def for_whom(rule: RoutingRule, regions: Names) -> str:
    """Children, Kédougou region, Emergency shelter."""
    where = (
        _("%(region)s region") % {"region": regions[rule.region_id]} if rule.region_id else _("Everywhere")
    )
    service = [code_label(CodeList.SERVICE, rule.service)] if rule.service else []
    return words.listed([str(Profile(rule.profile).label), where, *service])


def says(rule: RoutingRule, houses: Names) -> str:
    """Who is asked first, in order; then what is read first."""
    first = [houses[rule.organisation_id]] if rule.organisation_id else []
    order = [*first, *(str(OrganisationKind(kind).label) for kind in rule.kinds)]
    asked = [_("First: %(order)s.") % {"order": ", ".join(order)}] if order else []
    return "\n".join([*asked, *([rule.sentence] if rule.sentence else [])])


@require_http_methods(["GET", "POST"])
def rule_add(request: ActingRequest) -> HttpResponse:
    services.require_coordination(request.actor)
    form = AddRuleForm(
        posted(request),
        organisations=_active(),
        regions=list(Region.objects.order_by(Alphabetical("name"))),
    )

    def act(cleaned: dict[str, Any]) -> str:
        services.add_rule(by=request.actor, scope=form.scope(), values=form.values())
        messages.success(request, _("The rule counts from now on."))
        return reverse("routing_rules")

    return perform(request, form, act) or _ask(
        request, form, title=_("Set a rule for a region"), submit=_("Set this rule")
    )


@require_http_methods(["GET", "POST"])
def rule_edit(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    rule = _rule(pk)
    form = RuleForm(posted(request), organisations=_active(), rule=rule)

    def act(cleaned: dict[str, Any]) -> str:
        services.change_rule(pk, by=request.actor, version=cleaned["version"], values=form.values())
        messages.success(request, _("The rule counts from now on."))
        return reverse("routing_rules")

    done = perform(request, form, act)
    form.renew(rule.version)
    return done or _ask(
        request,
        form,
        title=for_whom(rule, _names()[0]),
        submit=_("Save"),
        skip_url=reverse("routing_rule_remove", args=[pk]),
        skip=_("Remove this rule"),
    )


@require_http_methods(["GET", "POST"])
def rule_remove(request: ActingRequest, pk: UUID) -> HttpResponse:
    services.require_coordination(request.actor)
    rule = _rule(pk)
    regions, houses = _names()
    form = RemoveForm(posted(request), version=rule.version)

    def act(cleaned: dict[str, Any]) -> str:
        services.remove_rule(pk, by=request.actor, version=cleaned["version"])
        messages.success(request, _("The rule is removed. The history keeps what it said."))
        return reverse("routing_rules")

    done = perform(request, form, act)
    form.renew(rule.version)
    return done or render(
        request,
        "components/confirm.html",
        {
            "form": form,
            "title": _("Remove this rule?"),
            "rows": [(_("For whom"), for_whom(rule, regions)), (_("Now"), says(rule, houses))],
            "undo": _("Referrals under way stay as they are."),
            "submit": _("Remove"),
            "cancel_url": reverse("routing_rules"),
        },
    )


def _active() -> list[Organisation]:
    return list(organisations().filter(status=OrganisationStatus.ACTIVE))


def _rule(pk: UUID) -> RoutingRule:
    rule = rule_of(pk)
    if rule is None:
        raise NotVisible
    return rule


def _ask(request: ActingRequest, form: RuleForm, **context: Any) -> HttpResponse:
    base = {
        "form": form,
        "caption": _("Rules for regions"),
        "text": _("It decides among those who can take the person now. Nobody is ruled out by it."),
        "back_url": reverse("routing_rules"),
    }
    return render(request, "components/question.html", base | context)
