"""What is processed and why: a part for each processing, in the words of a register (loi 2008-12, articles 18, 22).

Texts alone; what is set in the system (how long, by whom it was shared) is filled in by the service.
"""

from django.utils.translation import gettext as _

from referral.disclosure import FIELDS
from referral.enums import Group
from reporting.dossier import Part

#: What an article is cited for, as far as the text was read (domain §2.3).
DECLARED, CONTENT, SENSITIVE = "18", "22", "20–21"
ABROAD, SECURITY, SCOPE = "49", "71", "2"


def article(number: str, *, read: bool = True) -> str:
    law = _("Law 2008-12, article %(number)s") % {"number": number}
    return law if read else _("%(law)s (to be confirmed with the CDP)") % {"law": law}


def rights() -> str:
    """The law's section on rights was not read by article."""
    return _("Law 2008-12, rights of persons (article to be confirmed with the CDP)")


def processings(recipients: str, kept: str) -> list[Part]:
    """Args: recipients: kinds of organisations that received anything. kept: how long files are kept."""
    groups = ", ".join(str(Group(group).label) for group in FIELDS)
    codes = _("Codes without a name: status, dates, age band, sex, region.")
    return [
        _part(
            _("1. Assistance and referral of presumed victims"),
            purpose=_(
                "To protect, to care for and to refer a person, with her consent or on a legal ground."
            ),
            persons=_(
                "Presumed victims, children and adults; their children, guardians and persons of trust."
            ),
            data=_("%(groups)s. Nearly all of it is sensitive.") % {"groups": groups},
            recipients=recipients,
            kept=kept,
        ),
        _part(
            _("2. Reports of presumed victims"),
            purpose=_(
                "To take in what police, border and hotlines report. They read back only how far it is."
            ),
            persons=_("Presumed victims, and the agent who reports."),
            data=_("What the agent writes, and the answers about elements of trafficking."),
            recipients=_("The organisation that takes the report in."),
            kept=kept,
        ),
        _part(
            _("3. National coordination and statistics"),
            purpose=_("To find a place, to see what stands still, to count without naming anybody."),
            persons=_("Presumed victims, in codes."),
            data=codes,
            recipients=_("National unit; published tables, without numbers below ten."),
            kept=_("Codes stay after the erasure of a file."),
        ),
        _part(
            _("4. Accounts and audit"),
            purpose=_("To let in only those who may, and to prove who did and saw what."),
            persons=_("People who work in the organisations."),
            data=_("Name, professional address and telephone, role; acts and looks, by time."),
            recipients=_(
                "Supervisors of the own organisation, control, technical operator (accounts alone)."
            ),
            kept=_("Acts and looks are never erased: they are the proof."),
            sensitive=False,
        ),
        _part(
            _("5. Orders of justice, requests, complaints and incidents"),
            purpose=_(
                "To answer justice with the minimum, persons about their data, and those who complain."
            ),
            persons=_("Persons accompanied, who orders, who complains, who works here."),
            data=_("What the order, the request or the complaint says, locked."),
            recipients=_("The authority that orders; one independent person for a complaint."),
            kept=_("With the file; the extract for justice for two hours."),
        ),
    ]


def _part(
    title: str, *, purpose: str, persons: str, data: str, recipients: str, kept: str, sensitive: bool = True
) -> Part:
    cited = [article(DECLARED), article(CONTENT), *([article(SENSITIVE, read=False)] if sensitive else [])]
    return Part(
        title,
        " · ".join(cited),
        rows=(
            (_("Purpose"), purpose),
            (_("Persons"), persons),
            (_("Data"), data),
            (_("Recipients"), recipients),
            (_("Kept for"), kept),
        ),
    )


def security() -> Part:
    return Part(
        _("Security"),
        article(SECURITY),
        lines=(
            _("Each person sees only the files entrusted to her or him; every refusal is written down."),
            _("Names, contact, health and narrative are encrypted field by field, with a key for each file."),
            _("A receiver sees a preview without identity, then what was consented to, then nothing."),
            _("Every look, change, export and print is an event that nobody can change or remove."),
            _("Two persons decide on exports with names, legal grounds, erasures and orders of justice."),
            _("Mails and messages carry a reference and a deadline: nothing else."),
            _("After its time a file is erased by destroying its keys, also in backups, within 35 days."),
        ),
    )
