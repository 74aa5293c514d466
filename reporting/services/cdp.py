"""The file for the data-protection authority: what is processed, why, for how long, and how rights were answered."""

from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import services as audit
from partners.actor import Actor
from partners.enums import OrganisationKind, Role
from partners.pdf import typeset
from partners.queries import national_unit
from referral.deadlines import DEFAULT
from referral.enums import Clock, Group
from referral.models import Incident
from referral.oversight import Affected, OrderDecision
from referral.queries.retention import retention_values
from referral.queries.terms import terms_for
from referral.rights import RequestKind
from referral.services.reading import require_control
from referral.views.lengths import length
from reporting import register
from reporting.document import dossier_document
from reporting.dossier import Dossier, Part, day_words, masked_word, number
from reporting.enums import CdpFile
from reporting.queries import cdp as queries
from reporting.suppression import SHOWN_FROM
from reporting.tables import Table, crossed

#: Told by the names of kinds that may stand outside the country.
ABROAD = (OrganisationKind.EMBASSY, OrganisationKind.INTERNATIONAL)


def read_dossier(by: Actor, at: datetime) -> Dossier:
    """Of the country for the control and the national unit; of the own house for others. Raises NotAllowed."""
    _permit(by)
    audit.look("list", Incident, scope="cdp")
    return _dossier(by, at)


def export_dossier(by: Actor, at: datetime, kind: CdpFile, language: str) -> tuple[str, bytes]:
    """The name of the file, which says nothing of anybody, and what it holds. Raises NotAllowed."""
    _permit(by)
    audit.look("export", Incident, scope=f"cdp.{kind}.{language}")
    with translation.override(language):
        dossier = _dossier(by, at)
        content = (
            typeset("dossier.typ", _paper(dossier, language))
            if kind == CdpFile.PDF
            else dossier_document(dossier)
        )
    return f"dossier-cdp-{dossier.last.isoformat()}-{language}.{kind.value}", content


def _permit(by: Actor) -> None:
    require_control(by, Role.SUPERVISOR, Role.AUDITOR, reason_code="NOT_ALLOWED_CDP")


def _house(by: Actor) -> UUID | None:
    """None: of the country."""
    return None if by.has(Role.AUDITOR) or by.national_unit else by.organisation_id


def _months(at: datetime) -> tuple[datetime, datetime]:
    """Twelve months that are over: no two readings of one month differ by a person."""
    today = timezone.localdate(at)
    end = timezone.make_aware(datetime(today.year, today.month, 1))  # noqa: DTZ001 - made aware here
    return end.replace(year=end.year - 1), end


def _dossier(by: Actor, at: datetime) -> Dossier:
    house, (since, end) = _house(by), _months(at)
    unit = national_unit()
    counts = queries.counts_between(house, since, end)
    return Dossier(
        title=_("File for the data-protection authority (CDP)"),
        house=by.organisation_name if house else _("All organisations"),
        first=timezone.localdate(since),
        last=timezone.localdate(end) - timedelta(days=1),
        made_at=at,
        parts=(
            _about(unit.name if unit else "", counts),
            *register.processings(_recipients(counts), _kept()),
            _abroad(counts),
            _retention(),
            register.security(),
            *_requests(house, since, end, counts),
            _orders(counts),
            _incidents(house, since, end),
        ),
    )


def _about(unit: str, counts: queries.Counts) -> Part:
    return Part(
        _("Controllers"),
        " · ".join([register.article(register.SCOPE), register.article(register.CONTENT)]),
        rows=(
            (_("Case files"), _("Each organisation controls its own.")),
            (_("Coordination"), unit),
            (_("Who answers requests of persons"), _("The organisation that holds the file.")),
            (_("Files held, with erased ones left out"), number(counts.files)),
        ),
    )


def _recipients(counts: queries.Counts) -> str:
    kinds = [str(OrganisationKind(kind).label) for kind in OrganisationKind if counts.recipients.get(kind)]
    return ", ".join(kinds) or _("None in this period.")


def _kept() -> str:
    return "\n".join(f"{kind.label} ({_years(years)})" for kind, years in retention_values().items())


def _years(years: int) -> str:
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def _abroad(counts: queries.Counts) -> Part:
    kinds = [str(kind.label) for kind in ABROAD if counts.recipients.get(kind)]
    return Part(
        _("Transfers abroad"),
        register.article(register.ABROAD, read=False),
        rows=(
            (_("Recipients that may be abroad"), ", ".join(kinds) or _("None in this period.")),
            (
                _("Where the data are"),
                _("On the server of the operator; the software itself sends no file abroad."),
            ),
            (_("Condition"), _("The authority is informed first; the person agrees for this recipient.")),
        ),
    )


def _retention() -> Part:
    unit = national_unit()
    terms = terms_for(organisation_id=unit.pk) if unit else DEFAULT
    clocks = (Clock.DRAFT, Clock.EXTRACT, Clock.CONSENT)
    rows = [(str(kind.label), _years(years)) for kind, years in retention_values().items()]
    rows += [(str(clock.label), length(terms.span(clock, ""))) for clock in clocks]
    return Part(
        _("How long, as it is set today"),
        _("Law 2008-12: no longer than the purpose needs; the law gives no number"),
        rows=tuple(rows),
    )


def _requests(house: UUID | None, since: datetime, end: datetime, counts: queries.Counts) -> list[Part]:
    found = queries.requests_between(house, since, end)
    columns = {
        queries.IN_TIME: _("Answered in time"),
        queries.LATE: _("Late"),
        queries.OPEN: _("Open"),
    }
    kinds = {kind.value: str(kind.label) for kind in RequestKind}
    heads, rows = crossed({key: (count, count) for key, count in found.counts.items()}, kinds, columns)
    table = Table(
        "requests", _("Requests of persons"), _("By the month in which they came."), _("Request"), heads, rows
    )
    return [
        Part(
            _("Requests of persons about their data"),
            register.rights(),
            rows=(
                (_("Time to answer, in the middle"), _middle(found.days)),
                (_("Files erased"), number(counts.erased)),
            ),
            table=table,
        )
    ]


def _middle(days: tuple[int, ...]) -> str:
    if len(days) < SHOWN_FROM:
        return masked_word() if days else _("None in this period.")
    middle = int(median(days))
    return ngettext("%(count)d day", "%(count)d days", middle) % {"count": middle}


def _orders(counts: queries.Counts) -> Part:
    refused = counts.orders.get(OrderDecision.REFUSED, 0)
    granted = sum(counts.orders.get(each, 0) for each in (OrderDecision.ACCEPTED, OrderDecision.NARROWED))
    return Part(
        _("Orders of justice"),
        " · ".join([register.article(register.SCOPE), register.article(register.SECURITY)]),
        rows=(
            (_("Answered with an extract"), str(granted)),
            (_("Refused"), str(refused)),
            (_("To be checked"), str(counts.orders.get("", 0))),
            (_("Asked without a paper, and refused"), str(counts.demands)),
        ),
    )


def _incidents(house: UUID | None, since: datetime, end: datetime) -> Part:
    found = queries.incidents_between(house, since, end)
    return Part(
        _("Incidents"),
        _("%(article)s; the law asks for no notification: it is a rule of this system")
        % {"article": register.article(register.SECURITY)},
        rows=tuple((day_words(timezone.localdate(each.noticed_at)), _incident(each)) for each in found)
        or ((_("Incidents"), _("None in this period.")),),
    )


def _incident(incident: Incident) -> str:
    affected = ", ".join(str(Affected(each).label) for each in incident.affected)
    groups = ", ".join(str(Group(each).label) for each in incident.groups)
    persons = _("not known") if incident.persons is None else number(incident.persons)
    told = day_words(incident.authority_told_on) if incident.authority_told_on else _("no")
    also = day_words(incident.persons_told_on) if incident.persons_told_on else _("no")
    said = [
        str(incident.get_kind_display()),
        affected,
        groups,
        _("Persons: %(count)s") % {"count": persons},
        _("Authority told: %(day)s") % {"day": told},
        _("Persons told: %(day)s") % {"day": also},
        _("Closed") if incident.closed_at else _("Open"),
    ]
    return " · ".join(filter(None, said))


def _paper(dossier: Dossier, language: str) -> dict[str, object]:
    return {
        "title": dossier.title,
        "dated": dossier.dated,
        "language": language,
        "site": dossier.house,
        "law": _("Legal basis"),
        "parts": [
            {
                "title": part.title,
                "article": part.article,
                "rows": [list(row) for row in part.rows],
                "lines": list(part.lines),
                "head": [part.table.of, *part.table.columns] if part.table else [],
                "table": [
                    [row.label, *(str(each.value) if each.publish else masked_word() for each in row.figures)]
                    for row in part.table.rows
                ]
                if part.table
                else [],
            }
            for part in dossier.parts
        ],
    }
