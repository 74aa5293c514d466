"""The words of the partners package that carry logic. Words that carry none are rows of `Code`."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationKind(TextChoices):
    NATIONAL_UNIT = "national_unit", _("National unit")
    POLICE = "police", _("Police")
    GENDARMERIE = "gendarmerie", _("Gendarmerie")
    BORDER = "border", _("Border post")
    PROSECUTION = "prosecution", _("Prosecution office")
    COURT = "court", _("Court")
    AEMO = "aemo", _("Assisted education service (AEMO)")
    CHILD_PROTECTION = "child_protection", _("Child-protection service")
    RECEPTION_CENTRE = "reception_centre", _("Reception centre")
    NGO = "ngo", _("Non-governmental organisation")
    HOTLINE = "hotline", _("Hotline")
    HEALTH = "health", _("Health facility")
    INTERNATIONAL = "international", _("International organisation")
    EMBASSY = "embassy", _("Embassy or foreign body")
    HUMAN_RIGHTS = "human_rights", _("Human-rights supervision")
    STATISTICS = "statistics", _("Judicial statistics")
    OPERATOR = "operator", _("Technical operator")


#: Bodies of inquiry: what they are told serves the purpose "justice" (design §5).
JUSTICE_KINDS = frozenset(
    {
        OrganisationKind.POLICE,
        OrganisationKind.GENDARMERIE,
        OrganisationKind.BORDER,
        OrganisationKind.PROSECUTION,
        OrganisationKind.COURT,
    }
)
#: Reporters of these kinds see only received, taken in charge, closed (design §2).
POLICE_KINDS = frozenset({OrganisationKind.POLICE, OrganisationKind.GENDARMERIE, OrganisationKind.BORDER})
#: Services to which a child may be entrusted on the ground `child_protection` (design §5, domain §2.4).
CHILD_PROTECTION_KINDS = frozenset(
    {
        OrganisationKind.NATIONAL_UNIT,
        OrganisationKind.AEMO,
        OrganisationKind.CHILD_PROTECTION,
        OrganisationKind.RECEPTION_CENTRE,
        OrganisationKind.HEALTH,
    }
)


class OrganisationStatus(TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Standing(TextChoices):
    """May it be sent to? As `partners.queries.agreements` says of an organisation today."""

    OPEN = "open", _("Open")
    EXPIRING = "expiring", _("Agreement ends soon")
    EXPIRED = "expired", _("Agreement has run out")
    SUSPENDED = "suspended", _("Suspended")


class Role(TextChoices):
    REPORTER = "reporter", _("Reporter")
    CASEWORKER = "caseworker", _("Caseworker")
    FOCAL_POINT = "focal_point", _("Focal point")
    SUPERVISOR = "supervisor", _("Supervisor")
    JUSTICE = "justice", _("Court registry or AEMO")
    COORDINATOR = "coordinator", _("National coordination")
    AUDITOR = "auditor", _("Audit")
    STATISTICIAN = "statistician", _("Statistics")
    ADMINISTRATOR = "administrator", _("Technical administration")


#: Roles whose holders enter the organisation's Group and so its referrals (design §5, Grants).
DESK_ROLES = frozenset({Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR})
#: Roles that act on cases; design §2 keeps them apart from those that watch, count or operate.
CASE_ROLES = DESK_ROLES | {Role.REPORTER, Role.JUSTICE, Role.COORDINATOR}
EXCLUDES_CASE_ROLES = frozenset({Role.AUDITOR, Role.STATISTICIAN, Role.ADMINISTRATOR})


def exclusive_pairs() -> frozenset[frozenset[Role]]:
    """The pairs of roles that one person may not hold together (design §2)."""
    return frozenset(frozenset({a, b}) for a in EXCLUDES_CASE_ROLES for b in CASE_ROLES)


#: The kinds of organisation in which a role may be held; roles that are not named here go with any kind (design §2).
SEATS: Mapping[Role, frozenset[OrganisationKind]] = {
    Role.JUSTICE: frozenset({OrganisationKind.COURT, OrganisationKind.PROSECUTION, OrganisationKind.AEMO}),
    Role.COORDINATOR: frozenset({OrganisationKind.NATIONAL_UNIT}),
    Role.AUDITOR: frozenset({OrganisationKind.NATIONAL_UNIT, OrganisationKind.HUMAN_RIGHTS}),
    Role.STATISTICIAN: frozenset({OrganisationKind.NATIONAL_UNIT, OrganisationKind.STATISTICS}),
    Role.ADMINISTRATOR: frozenset({OrganisationKind.NATIONAL_UNIT, OrganisationKind.OPERATOR}),
}


class Act(TextChoices):
    """What one does to organisations, people, codes and places."""

    READ_DIRECTORY = "read_directory", _("Read the directory")
    KEEP_PLACES = "keep_places", _("Keep the places of the organisation")
    KEEP_PROVISION = "keep_provision", _("Keep the sites and services of the organisation")
    ASSURE_PROVISION = "assure_provision", _("Say that the entry of the organisation is right")
    KEEP_AGREEMENTS = "keep_agreements", _("Keep the agreements with organisations, and suspend them")
    READ_ENTRY_HISTORY = "read_entry_history", _("Read who changed an entry of the directory")
    REVEAL_ADDRESS = "reveal_address", _("Reveal the address of a site")
    TAKE_DUTY = "take_duty", _("Take over the duty of the organisation")
    KEEP_ROSTER = "keep_roster", _("Keep the duty roster of the organisation")
    KEEP_COVER = "keep_cover", _("Say who stands in for whom")
    MANAGE_ORGANISATIONS = "manage_organisations", _("Manage organisations")
    MANAGE_PEOPLE = "manage_people", _("Manage people")
    MANAGE_CODES = "manage_codes", _("Manage code lists")
    MANAGE_REGIONS = "manage_regions", _("Manage the rules of regions")
    WATCH_WORKER = "watch_worker", _("Watch the background worker")
    READ_NATIONAL_PLACES = "read_national_places", _("Read the places of all organisations")
    MANAGE_TOKENS = "manage_tokens", _("Manage the tokens of the directory's API")


class TokenScope(TextChoices):
    """What a partner's program may read beyond what the public reads."""

    DIRECTORY = "directory", _("All active organisations and their services")
    CAPACITY = "capacity", _("For which groups there is a free place")


#: Services that take somebody in for the night: a place is needed.
LODGING_SERVICES = frozenset({"SHELTER_EMERG", "SHELTER_TRANSIT", "SHELTER_LONG", "FOSTER"})


class Sex(TextChoices):
    """HTCDS prs_Gender kept to what decides a place; the finer values are rows of `Code`."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class PersonGroup(TextChoices):
    """Groups of persons for whom places are counted (issue of the directory: women, mothers, boys, girls)."""

    WOMEN = "women", _("Women")
    MOTHERS = "mothers", _("Mothers with children")
    GIRLS = "girls", _("Girls")
    BOYS = "boys", _("Boys")
    MEN = "men", _("Men")


class OverflowReason(TextChoices):
    """Why a house takes somebody above its capacity; counted, never forbidden (design §7.2)."""

    NIGHT = "night", _("Arrived at night, nowhere else to sleep")
    DANGER = "danger", _("In danger outside")
    FAMILY = "family", _("So that a family stays together")
    NO_OTHER = "no_other", _("No other centre has a place")
    OTHER = "OTHER", _("Another reason")


class CountedBy(TextChoices):
    """How a house said its numbers last. The number of a telephone can be forged: a text message is marked as one."""

    SCREEN = "screen", _("on screen")
    SMS = "sms", _("by text message")


class Weekday(TextChoices):
    """As iCalendar and HSDS write them (RFC 5545, BYDAY)."""

    # With a context: Django's own names of days, which are written small inside a date, stay as they are.

    MONDAY = "MO", pgettext_lazy("day of the week", "Monday")
    TUESDAY = "TU", pgettext_lazy("day of the week", "Tuesday")
    WEDNESDAY = "WE", pgettext_lazy("day of the week", "Wednesday")
    THURSDAY = "TH", pgettext_lazy("day of the week", "Thursday")
    FRIDAY = "FR", pgettext_lazy("day of the week", "Friday")
    SATURDAY = "SA", pgettext_lazy("day of the week", "Saturday")
    SUNDAY = "SU", pgettext_lazy("day of the week", "Sunday")


class CodeList(TextChoices):
    SERVICE = "service", _("Services")
    DECLINE_REASON = "decline_reason", _("Reasons for declining")
    WITHDRAW_REASON = "withdraw_reason", _("Reasons for withdrawing")
    OUTCOME = "outcome", _("Outcomes")
    NON_ARRIVAL = "non_arrival", _("Reasons for non-arrival")
    QUESTION = "question", _("Coded questions")
    ANSWER = "answer", _("Coded answers")
    CONSENT_METHOD = "consent_method", _("How consent was given")
    LANGUAGE = "language", _("Languages")
    EXPLOITATION = "exploitation", _("Forms of exploitation")
    RECRUITMENT = "recruitment", _("Methods of recruitment")
    CONTROL = "control", _("Means of control")
    STATUS = "status", _("Trafficking status")
    DECIDER = "decider", _("Who decided the status")
    CLOSURE_REASON = "closure_reason", _("Reasons for closure")
    COUNTRY = "country", _("Countries")
    SEX_EXPLOITATION = "sex_exploitation", _("Forms of sexual exploitation")
    INDUSTRY = "industry", _("Industries (ISIC)")
    GENDER = "gender", _("Gender (HTCDS)")
    REFERRAL_REASON = "referral_reason", _("Reasons for a referral (HTCDS)")
    TRAFFICKER_LINK = "trafficker_link", _("Link with the alleged offender")


#: The code that asks for a sealed text of its own, in every list.
OTHER = "OTHER"


class MailPace(TextChoices):
    """When notices leave by mail. What asks for an act, or for a confirmation, never waits."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("What is for my information: once a day, in one mail")


class SmsPace(TextChoices):
    NEVER = "never", _("Never")
    ACTION = "action", _("When an act is asked of me")
