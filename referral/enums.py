"""The words of the referral package that carry logic (design §5 and §6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    DRAFT = "draft", pgettext_lazy("status", "Draft")
    SENT = "sent", pgettext_lazy("status", "Sent")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("status", "Acknowledged")
    INFO_REQUESTED = "info_requested", pgettext_lazy("status", "Information requested")
    ACCEPTED = "accepted", pgettext_lazy("status", "Accepted")
    NO_SHOW = "no_show", pgettext_lazy("status", "Did not arrive")
    IN_SERVICE = "in_service", pgettext_lazy("status", "In service")
    COMPLETED = "completed", pgettext_lazy("status", "Completed")
    DECLINED = "declined", pgettext_lazy("status", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn by the sender")
    EXPIRED = "expired", pgettext_lazy("status", "No answer")


TERMINAL = frozenset({State.COMPLETED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})
OPEN = frozenset(State) - TERMINAL
#: Waiting for the receiving desk's yes or no.
UNANSWERED = frozenset({State.SENT, State.ACKNOWLEDGED, State.INFO_REQUESTED})


class Action(TextChoices):
    SEND = "send", _("Send")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge receipt")
    REQUEST_INFO = "request_info", _("Ask for information")
    ANSWER = "answer", _("Answer")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("We cannot receive this person")
    STEP_BACK = "step_back", _("Step back")
    START = "start", _("Record the arrival")
    NO_SHOW = "no_show", _("Record the non-arrival")
    RESUME = "resume", _("Record a late arrival")
    REVIEW = "review", _("Renew the stay")
    COMPLETE = "complete", _("End the service")
    WITHDRAW = "withdraw", _("Withdraw")
    EXPIRE = "expire", _("Close without an answer")
    REDIRECT = "redirect", _("Refer elsewhere")
    PROPOSE_ONWARD = "propose_onward", _("Propose a further referral")
    RECORD_TELEPHONE_ANSWER = "record_telephone_answer", _("Record a telephone answer")
    WRITE = "write", _("Write a message")


class CaseState(TextChoices):
    SIGNALED = "signaled", pgettext_lazy("case", "Reported")
    SCREENING = "screening", pgettext_lazy("case", "Screening")
    PROTECTED = "protected", pgettext_lazy("case", "Immediate protection")
    CLOSED = "closed", pgettext_lazy("case", "Closed")


class CaseAction(TextChoices):
    SCREEN = "screen", _("Begin the screening")
    PROTECT = "protect", _("Put under immediate protection")
    CLOSE = "close", _("Close the case")


class TitleState(TextChoices):
    """Custody title of a child (domain §5.4)."""

    NONE = "none", pgettext_lazy("title", "None")
    REQUISITION = "requisition", pgettext_lazy("title", "72-hour requisition")
    OGP_REQUESTED = "ogp_requested", pgettext_lazy("title", "Provisional custody requested")
    OGP = "ogp", pgettext_lazy("title", "Provisional custody in force")
    LIFTED = "lifted", pgettext_lazy("title", "Lifted")


class TitleAction(TextChoices):
    REQUISITION = "requisition", _("Enter a requisition")
    REQUEST_OGP = "request_ogp", _("Record the request for provisional custody")
    ORDER = "order", _("Enter the order")
    LIFT = "lift", _("Record the lifting")


class Machine(TextChoices):
    REFERRAL = "referral", _("Referral")
    CASE = "case", _("Case")
    TITLE = "title", _("Custody title")


class Side(TextChoices):
    REFERRING = "referring", _("Referring organisation")
    RECEIVING = "receiving", _("Receiving organisation")
    COORDINATING = "coordinating", _("National coordination")
    SYSTEM = "system", _("The system")


class Holder(TextChoices):
    """Who must act next (design §6)."""

    CASE_OWNER = "case_owner", _("the case owner")
    RECEIVING_DESK = "receiving_desk", _("the receiving desk")
    WORKER = "worker", _("the named worker")
    NOBODY = "nobody", _("nobody")


class Urgency(TextChoices):
    EMERGENCY = "emergency", _("Vital emergency")
    URGENT = "urgent", _("Urgent")
    STANDARD = "standard", _("Standard")


class RiskLevel(TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
    UNKNOWN = "unknown", _("Not yet assessed")


class AgeStatus(TextChoices):
    CHILD = "child", _("Child (under 18)")
    ADULT = "adult", _("Adult")
    UNKNOWN = "unknown", _("Age unknown (treated as a child)")


class AgeBand(TextChoices):
    """Design §5; unknown counts as a child."""

    B0_5 = "0-5", _("0 to 5 years")
    B6_8 = "6-8", _("6 to 8 years")
    B9_13 = "9-13", _("9 to 13 years")
    B14_17 = "14-17", _("14 to 17 years")
    UNKNOWN = "unknown", _("Age unknown")
    B18_20 = "18-20", _("18 to 20 years")
    B21_29 = "21-29", _("21 to 29 years")
    B30_47 = "30-47", _("30 to 47 years")
    B48 = "48+", _("48 years and over")


CHILD_BANDS = frozenset({AgeBand.B0_5, AgeBand.B6_8, AgeBand.B9_13, AgeBand.B14_17, AgeBand.UNKNOWN})


class Group(TextChoices):
    """Groups of fields that a person agrees, or not, to share (design §5)."""

    IDENTITY = "identity", _("Identity")
    CONTACT = "contact", _("Safe contact")
    NEEDS = "needs", _("Needs")
    HEALTH = "health", _("Health")
    LEGAL = "legal", _("Legal situation")
    NARRATIVE = "narrative", _("What happened")
    CHILDREN = "children", _("Children")
    DOCUMENTS = "documents", _("Documents")


class Purpose(TextChoices):
    SERVICES = "services", _("Receive help")
    JUSTICE = "justice", _("Police and justice")
    RETURN = "return", _("Return and family")
    RESEARCH = "research", _("Research without identity")


class Basis(TextChoices):
    CONSENT = "consent", _("Consent")
    GROUND = "ground", _("Legal ground")


class GroundCode(TextChoices):
    CHILD_PROTECTION = "child_protection", _("Protection of a child")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
    VITAL_DANGER = "vital_danger", _("Vital danger")


class Level(TextChoices):
    """What an actor may read of a referral, from nothing to the file (design §5)."""

    NONE = "none", _("Nothing")
    CODES = "codes", _("Codes")
    PREVIEW = "preview", _("Coded preview")
    SNAPSHOT = "snapshot", _("What was shared")
    CASE = "case", _("The case file")


class MessageKind(TextChoices):
    QUESTION = "question", _("Coded question")
    ANSWER = "answer", _("Coded answer")
    CALL_ME = "call_me", _("Please call")
    TEXT = "text", _("Message")


class PlacementState(TextChoices):
    HELD = "held", _("Held")
    OCCUPIED = "occupied", _("Occupied")
    LEFT = "left", _("Left")
    RELEASED = "released", _("Released")


class TaskKind(TextChoices):
    TAKE_IN_REPORT = "take_in_report", _("Take in a report")
    CALL_BACK = "call_back", _("Safety call-back")
    HAND_OVER = "hand_over", _("Hand-over")
    ONWARD = "onward", _("Further referral proposed")
    REDIRECT = "redirect", _("Find another provider")
    COUNTERSIGN = "countersign", _("Countersign a legal ground")
    AGE_DECISION = "age_decision", _("Decide the age")
    TITLE_MISSING = "title_missing", _("Obtain a custody title")
    CONFIRM_TITLE = "confirm_title", _("Confirm a custody title")
    OBJECTION = "objection", _("Objection of a child or guardian")
    SAFE_ONCE = "safe_once", _("Say when the person is safe")
    OUTCOME_CALL = "outcome_call", _("Ask for the outcome")


class SafeChannel(TextChoices):
    PHONE = "phone", _("Telephone call")
    SMS = "sms", _("Text message")
    WHATSAPP = "whatsapp", _("Instant message")
    VISIT = "visit", _("Visit")
    THIRD_PARTY = "third_party", _("Through a trusted person")


class PlaceFlag(TextChoices):
    """What a place depends on; the receiving desk sees it before it answers (design §6, Preview)."""

    LATE_PREGNANCY = "late_pregnancy", _("Late pregnancy")
    ACUTE_CARE = "acute_care", _("Needs care at once")
    MOBILITY = "mobility", _("Reduced mobility")
    DANGER_NEARBY = "danger_nearby", _("Danger close by")


class RevealReason(TextChoices):
    """Why somebody opens what is masked; kept with the look."""

    CARE = "care", _("To care for the person")
    CONTACT = "contact", _("To reach the person")
    REFER = "refer", _("To prepare a referral")
    SUPERVISE = "supervise", _("To supervise the file")


# Codes of `partners.Code` lists that the rules know by name; all others are a ministry's own.
CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
DRAFT_EXPIRED = "DRAFT_EXPIRED"
ORGANISATION_SUSPENDED = "ORGANISATION_SUSPENDED"
CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
NO_CAPACITY = "NO_CAPACITY"
#: A no that does not change with time: asking the same organisation for the same service again would lose hours.
STANDING_REASONS = frozenset({"OUT_OF_MANDATE", "OUT_OF_AREA", "PROFILE_MISMATCH"})

SHELTER_SERVICES = frozenset({"SHELTER_EMERG", "SHELTER_TRANSIT", "SHELTER_LONG", "FOSTER"})


class CaseAct(TextChoices):
    """What one does to a case file, apart from moving it."""

    OPEN = "open", _("Open a case")
    READ = "read", _("Read the file")
    REVEAL = "reveal", _("Reveal a masked field")
    EDIT = "edit", _("Correct the file")
    RECORD_CONSENT = "record_consent", _("Record consent")
    WITHDRAW_CONSENT = "withdraw_consent", _("Withdraw consent")
    RECORD_GROUND = "record_ground", _("Record a legal ground")
    APPROVE_GROUND = "approve_ground", _("Countersign a legal ground")
    ENTER_TITLE = "enter_title", _("Enter a custody title")
    CONFIRM_TITLE = "confirm_title", _("Confirm a custody title")
    REFER = "refer", _("Refer the person")
    TAKE_IN = "take_in", _("Take in a report")
    ASSIGN = "assign", _("Name the case owner")
    DECIDE_AGE = "decide_age", _("Decide the age")
    DECIDE_OBJECTION = "decide_objection", _("Decide on an objection")
    READ_LOOKS = "read_looks", _("See who looked")
    PRINT = "print", _("Print")
    CLOSE = "close", _("Close the case")
    REPORT = "report", _("Report a presumed victim")
