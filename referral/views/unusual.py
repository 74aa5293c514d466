"""Looks out of the ordinary, each beside the rule that found it; and what came of looking into one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from partners.actor import Actor
from partners.alphabet import alphabetical
from partners.enums import Role
from partners.templatetags.interface import moment
from referral import unusual
from referral.forms.supervision import CheckForm
from referral.models import AccessCheck
from referral.queries.looks import readable_references
from referral.queries.supervised import Names, names_of
from referral.queries.unusual import Rate, checks_of
from referral.references import spoken
from referral.services import checking, supervising
from referral.unusual import Finding, Rule
from referral.views import words
from referral.views.door import ActingRequest, now, perform
from referral.views.supervised import bounded

#: As many files of a finding are named; the person's own page has all of them.
FILES_NAMED = 5


def rule_words(rule: Rule) -> str:
    """The rule as it is reckoned, numbers and all: whoever reads a finding can object to it."""
    return {
        Rule.BURST: _(
            "More than %(least)d reveals of sealed data in one hour, and more than %(times)d times what is "
            "usual for this same person in an hour in which anything is opened (the median of %(days)d "
            "days); or the limit of an hour was reached and an alert written."
        )
        % {"least": unusual.BURST_LEAST, "times": unusual.BURST_TIMES, "days": unusual.WINDOW.days},
        Rule.NIGHT: _(
            "%(least)d looks or more between %(from)d h and %(to)d h, or on a public holiday, by somebody "
            "who was not on duty then."
        )
        % {"least": unusual.NIGHT_LEAST, "from": unusual.NIGHT_BEGINS, "to": unusual.NIGHT_ENDS},
        Rule.OUTSIDE: _(
            "Looks at a file by somebody who at that time neither owned it nor had a task or a trip of it, "
            "did not stand in for such a person, was not a supervisor of its organisation, and whose "
            "organisation had no referral of it open, or ended for less than %(days)d days."
        )
        % {"days": unusual.AFTERWARDS.days},
        Rule.FOLLOWED: _(
            "%(least)d looks or more at one case, on %(days)d days or more, by somebody whose organisation "
            "has no part in it: neither owner, nor sender, receiver, court or centre that was asked."
        )
        % {"least": unusual.FOLLOWED_LOOKS, "days": unusual.FOLLOWED_DAYS},
        Rule.SEARCHES: _("The same thing looked for %(least)d times or more by one person.")
        % {"least": unusual.SEARCHES_LEAST},
        Rule.DENIED: _("%(least)d refusals or more in a day.") % {"least": unusual.DENIED_LEAST},
        Rule.AGE_UNKNOWN: _(
            "The share of files with “age unknown” among those that somebody opened in %(days)d days is more"
            " than %(times)d times that of the colleagues together, and at least %(least)d files. Below "
            "%(few)d files nobody is compared."
        )
        % _rates_numbers(),
        Rule.GROUNDS: _(
            "The share of files with a legal ground among those that somebody opened in %(days)d days is "
            "more than %(times)d times that of the colleagues together, and at least %(least)d files. Below "
            "%(few)d files nobody is compared."
        )
        % _rates_numbers(),
    }[rule]


def _rates_numbers() -> dict[str, int]:
    return {
        "days": unusual.RATE_WINDOW.days,
        "times": unusual.RATE_TIMES,
        "least": unusual.RATE_LEAST,
        "few": unusual.RATE_FILES,
    }


def finding_words(finding: Finding) -> str:
    files = ngettext("%(count)d file", "%(count)d files", len(finding.files)) % {"count": len(finding.files)}
    counted = {"count": finding.count, "usual": finding.usual, "files": files}
    if finding.rule == Rule.BURST:
        return _("%(count)d reveals in one hour (usual for this person: %(usual)d), %(files)s") % counted
    if finding.rule in (Rule.NIGHT, Rule.OUTSIDE, Rule.FOLLOWED):
        looks = ngettext("%(count)d look", "%(count)d looks", finding.count) % counted
        return _("%(looks)s, %(files)s") % {"looks": looks, "files": files}
    if finding.rule == Rule.SEARCHES:
        return _("%(count)d searches") % counted
    if finding.rule == Rule.DENIED:
        return _("%(count)d refusals") % counted
    return _("%(count)d %% of the files, colleagues %(usual)d %%") % counted


def when_words(finding: Finding) -> str:
    on = words.day_of(finding.day)
    if finding.rule == Rule.OUTSIDE:
        return _("week of %(day)s") % {"day": on}
    if finding.rule == Rule.NIGHT:
        return _("night or holiday of %(day)s") % {"day": on}
    if finding.rule in (Rule.AGE_UNKNOWN, Rule.GROUNDS):
        return _("reckoned in the quarter that began on %(day)s") % {"day": on}
    return on


@require_GET
def unusual_access(request: ActingRequest) -> HttpResponse:
    actor = request.actor
    found, rates = supervising.read_unusual(actor, now())
    checks = checks_of(found)
    names = names_of([*(each.person for each in found), *(each.person for each in rates)], [])
    references = readable_references(actor, {pk for each in found for pk in each.files})
    shown = [_finding(actor, each, names, references, checks.get(each.key)) for each in found]
    return render(
        request,
        "referral/supervision/unusual.html",
        {
            "rules": [
                {
                    "name": rule.label,
                    "rule": rule_words(rule),
                    "rows": [row for row in shown if row["rule"] == rule and not row["checked"]],
                    "checked": [row for row in shown if row["rule"] == rule and row["checked"]],
                }
                for rule in Rule
            ],
            "open": sum(not row["checked"] for row in shown),
            "days": unusual.WINDOW.days,
            "rate_days": unusual.RATE_WINDOW.days,
            "few": unusual.RATE_FILES,
            "rates": sorted((_rate(each, names) for each in rates), key=lambda row: alphabetical(row["who"])),
            "region": bounded(actor),
        },
    )


def _finding(
    actor: Actor, finding: Finding, names: Names, references: dict[UUID, str], check: AccessCheck | None
) -> dict[str, Any]:
    user = names.people[finding.person]
    files = sorted(pk for pk in finding.files if pk in references)
    return {
        "rule": finding.rule,
        "who": user.name,
        "house": user.organisation.name if actor.has(Role.AUDITOR) else "",
        "person_url": reverse("supervised_person", args=[user.pk]),
        "when": when_words(finding),
        "what": finding_words(finding),
        "files": [
            {"url": reverse("supervised_file", args=[pk]), "reference": spoken(references[pk])}
            for pk in files[:FILES_NAMED]
        ],
        "more": len(finding.files) - len(files[:FILES_NAMED]),
        "url": reverse("unusual_finding", args=[finding.key]),
        "own": actor.stands_for(finding.person),
        "checked": _checked(check) if check else "",
    }


def _checked(check: AccessCheck) -> str:
    return _("%(result)s (%(who)s, %(moment)s)") % {
        "result": check.get_result_display(),
        "who": check.checked_by.name,
        "moment": moment(check.checked_at),
    }


def _rate(rate: Rate, names: Names) -> dict[str, Any]:
    """A worker with few files has no share beside the others."""
    user = names.people[rate.person]
    return {
        "who": user.name,
        "house": user.organisation.name,
        "files": rate.files,
        "few": rate.too_few,
        "unknown": (
            rate.counts[Rule.AGE_UNKNOWN],
            rate.share(Rule.AGE_UNKNOWN),
            rate.usual(Rule.AGE_UNKNOWN),
        ),
        "grounds": (rate.counts[Rule.GROUNDS], rate.share(Rule.GROUNDS), rate.usual(Rule.GROUNDS)),
    }


@require_http_methods(["GET", "POST"])
def finding(request: ActingRequest, pk: UUID) -> HttpResponse:
    """One of them: the rule, what was found, and the form that says what came of it."""
    actor = request.actor
    found = supervising.read_finding(actor, pk, now())
    check = checks_of([found]).get(found.key)
    names = names_of([found.person], [])
    references = readable_references(actor, set(found.files))
    form = CheckForm(request.POST or None)
    own = actor.stands_for(found.person)
    if request.method == "POST":
        checking.permit_check(actor, found.person)

    def act(cleaned: dict[str, Any]) -> str:
        checking.check_finding(pk, by=actor, at=now(), result=cleaned["result"], note=cleaned["note"])
        messages.success(request, _("Written down. It does not come back as something new."))
        return reverse("unusual_access")

    answer = perform(request, form, act) if request.method == "POST" and check is None else None
    return answer or render(
        request,
        "referral/supervision/finding.html",
        {
            "form": form,
            "title": Rule(found.rule).label,
            "rule": rule_words(found.rule),
            "row": _finding(actor, found, names, references, check),
            "check": check,
            "note": checking.read_note(actor, check) if check else "",
            "own": own,
            "back_url": reverse("unusual_access"),
        },
    )
