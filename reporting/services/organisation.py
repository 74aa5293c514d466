"""The report of one organisation for its own people: all numbers, with a mark at those that are not to be published."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners.actor import Actor
from partners.enums import CodeList, PersonGroup, Sex
from partners.queries import code_labels
from referral.enums import AgeBand, State
from reporting.document import document_of
from reporting.enums import FileKind
from reporting.enums import Report as Name
from reporting.periods import Period
from reporting.queries.organisation import Figures, figures_of
from reporting.services.reading import note, permit
from reporting.suppression import is_small
from reporting.tables import Count, Figure, Report, Row, Table, crossed, listed
from reporting.workbook import workbook_of

#: Two words that the report does not tell apart: a column of their own would point at people.
OTHER = "other"
WAITING = "waiting"


def read_organisation(actor: Actor, period: Period, at: datetime) -> Report:
    """Raises NotAllowed."""
    permit(actor, Name.ORGANISATION)
    note(Name.ORGANISATION, detail=_days(period))
    return _report(actor, period, at)


def export_organisation(actor: Actor, period: Period, at: datetime, kind: FileKind) -> tuple[str, bytes]:
    """The name of the file, which says nothing of anybody, and what it holds. Raises NotAllowed."""
    permit(actor, Name.ORGANISATION)
    note(Name.ORGANISATION, verb="export", kind=kind, detail=_days(period))
    write = workbook_of if kind == FileKind.XLSX else document_of
    name = f"rapport-{period.first.isoformat()}-{period.last.isoformat()}.{kind.value}"
    return name, write(_report(actor, period, at))


def _days(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _report(actor: Actor, period: Period, at: datetime) -> Report:
    found = figures_of(actor.organisation_id, period, at)
    return Report(
        title=str(Name.ORGANISATION.label),
        organisation=actor.organisation_name,
        period=period,
        made_at=at,
        tables=(*_people(found), *_lodging(found), *_given(found), *_answers(found), *_sent(found)),
    )


# --- People and nights -----------------------------------------------------------------------------------------
def _people(found: Figures) -> list[Table]:
    return [
        _by_age(
            "received",
            _("Persons received"),
            _(
                "Persons whose service with you began in the period, and persons who came without a referral and "
                "arrived in it. Whoever was referred counts once, however often; whoever came without a referral "
                "counts each time, unless the service of a referral of that person began in the period too. "
                "The age is that of the last referral. Children who came with an adult are not counted."
            ),
            found.received,
        ),
        _by_age(
            "referred",
            _("Persons referred"),
            _(
                "Persons of whom your organisation sent at least one referral in the period, to others or to "
                "itself. Each person counts once."
            ),
            found.referred,
        ),
    ]


def _lodging(found: Figures) -> list[Table]:
    how = _(
        "A night is a midnight between arrival and departure that lies in the period. The night that has not ended "
        "yet is not counted. With and without a referral; children who came with an adult are not counted."
    )
    return [
        Table(
            "nights_by_group",
            _("Nights by group of persons"),
            how
            + " "
            + _(
                "A stay is one person in one place: whoever moves counts in each, with the nights there. Nights on "
                "leave are counted apart."
            ),
            _("Group"),
            (_("Stays"), _("Nights")),
            _marked_by_first(listed(found.nights_by_group, _words(PersonGroup.choices))),
        ),
        Table(
            "nights_on_leave",
            _("Nights on leave"),
            _("Nights on which a person was away with leave and expected back, by the group of the place."),
            _("Group"),
            (_("Stays"), _("Nights")),
            _marked_by_first(listed(found.nights_on_leave, _words(PersonGroup.choices))),
        ),
        _by_age("nights_by_age", _("Nights by age and sex"), how, found.nights_by_age),
    ]


def _marked_by_first(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Nights are as telling as the number of those who slept."""
    return tuple(
        Row(
            row.label,
            (
                row.figures[0],
                *(Figure(each.value, each.publish and row.figures[0].publish) for each in row.figures[1:]),
            ),
            row.total,
        )
        for row in rows
    )


def _by_age(code: str, title: str, how: str, counts: Mapping[tuple[str, str], Count]) -> Table:
    columns = {
        Sex.FEMALE.value: str(Sex.FEMALE.label),
        Sex.MALE.value: str(Sex.MALE.label),
        OTHER: _("Other or not known"),
    }
    merged: dict[tuple[str, str], Count] = {}
    for (age_band, sex), (number, persons) in counts.items():
        key = (age_band, sex if sex in columns else OTHER)
        before, of = merged.get(key, (0, 0))
        merged[key] = (before + number, of + persons)
    heads, rows = crossed(merged, _words(AgeBand.choices), columns)
    return Table(code, title, how, _("Age"), heads, rows)


# --- Services and answers --------------------------------------------------------------------------------------
def _given(found: Figures) -> list[Table]:
    return [
        Table(
            "services",
            _("Services given"),
            _(
                "Referrals to you that were in service on at least one day of the period; of these, those that "
                "began in it and those that ended in it. A person with two services counts in both."
            ),
            _("Service"),
            (pgettext("services", "Given"), pgettext("services", "Begun"), pgettext("services", "Ended")),
            listed(found.services, code_labels(CodeList.SERVICE)),
        ),
        Table(
            "outcomes",
            _("How services ended"),
            _("Services that you completed in the period, by the outcome that you recorded."),
            _("Outcome"),
            (_("Services"),),
            listed(found.outcomes, code_labels(CodeList.OUTCOME)),
        ),
    ]


def _answers(found: Figures) -> list[Table]:
    asked = _("Referrals that were sent to you in the period, by what has become of them until now.")
    return [
        Table(
            "answers",
            _("Your answers"),
            asked + " " + _("Each stands in one line, and they add up to all that you were asked."),
            _("Your answer"),
            (_("Referrals"),),
            listed(_merged(found.answers), _answer_words()),
        ),
        Table(
            "declined",
            _("Why you declined"),
            _("Referrals sent to you in the period that you declined. Stepping back is not a decline."),
            _("Reason"),
            (_("Referrals"),),
            listed(
                {code: (number,) for code, number in found.declined.items()},
                code_labels(CodeList.DECLINE_REASON),
            ),
        ),
        Table(
            "waited",
            _("Time to answer"),
            _(
                "From sending to your yes or no, of the referrals sent to you in the period. Half of the answers came "
                "within the time shown, half later."
            ),
            _("Figure"),
            (_("Value"),),
            (
                Row(_("Answers"), (Figure(found.answered, not is_small(found.answered)),)),
                Row(_("Half of them within"), (Figure(_span(found.median), not is_small(found.answered)),)),
            )
            if found.answered
            else (),
        ),
    ]


def _answer_words() -> dict[str, str]:
    return {
        "accepted": _("Accepted"),
        State.DECLINED.value: _("Declined"),
        State.EXPIRED.value: _("Expired without an answer"),
        State.WITHDRAWN.value: _("Withdrawn by the sender before an answer"),
        "stepped_back": _("Stepped back for a conflict of interest"),
        WAITING: _("Not answered yet"),
    }


def _sent(found: Figures) -> list[Table]:
    words = {
        WAITING: _("Not answered yet"),
        State.ACCEPTED.value: _("Accepted, awaited"),
        State.IN_SERVICE.value: _("In service"),
        State.COMPLETED.value: _("Completed"),
        State.DECLINED.value: _("Declined"),
        State.EXPIRED.value: _("Expired without an answer"),
        State.WITHDRAWN.value: _("Withdrawn"),
        "stepped_back": _("Stepped back for a conflict of interest"),
    }
    return [
        Table(
            "sent",
            _("Referrals sent"),
            _("Referrals that your organisation sent in the period, by where they stand now."),
            _("State"),
            (_("Referrals"),),
            listed(_merged(found.sent, **{State.NO_SHOW.value: State.ACCEPTED.value}), words),
        ),
        Table(
            "sent_outcomes",
            _("What became of them"),
            _(
                "Of the referrals sent in the period, those that are completed, by the outcome that the receiver gave."
            ),
            _("Outcome"),
            (_("Referrals"),),
            listed(found.sent_outcomes, code_labels(CodeList.OUTCOME)),
        ),
    ]


def _merged(counts: Mapping[str, int], **into: str) -> dict[str, tuple[int]]:
    """Whatever still waits for an answer is one line."""
    into |= {state.value: WAITING for state in (State.SENT, State.ACKNOWLEDGED, State.INFO_REQUESTED)}
    found: dict[str, tuple[int]] = {}
    for code, number in counts.items():
        name = into.get(code, code)
        found[name] = (found.get(name, (0,))[0] + number,)
    return found


def _words(choices: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {code: str(label) for code, label in choices}


def _span(time: timedelta | None) -> str:
    minutes = round((time or timedelta()).total_seconds() / 60)
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
