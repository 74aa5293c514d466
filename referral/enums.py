"""The words of the referral package that carry logic (design §5 and §6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.enums import LODGING_SERVICES
from referral.acts import CaseAct as CaseAct
from referral.course import ENDED_CASE as ENDED_CASE
from referral.course import CaseAction as CaseAction
from referral.course import CaseState as CaseState


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
    PUT_ON_LIST = "put_on_list", _("Put on the waiting list")
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
    TRANSFER = "transfer", _("Transfer of a case")
    TRIP = "trip", _("Trip to the centre")
    CALL = "call", _("Place call")
    OFFER = "offer", _("Place offer")


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
    #: One coded sentence for the sender, where the person agrees; nobody writes it by hand.
    TOLD_BACK = "told_back", _("How it goes")


class ToldBack(TextChoices):
    """What the sender is told of the person, and nothing else (design §6)."""

    ARRIVED_WELL = "ARRIVED_WELL", _("The person has arrived well")
    CARE_GOES_ON = "CARE_GOES_ON", _("The care goes on")


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
    CALL_DESK = "call_desk", _("Telephone the desk")
    NEXT_CANDIDATE = "next_candidate", _("Ask the next organisation")
    DUTY_CALL = "duty_call", _("Telephone: nobody has confirmed")
    TITLE_ENDS = "title_ends", _("The custody title ends")
    STAY_ENDS = "stay_ends", _("The stay in the centre ends")
    REFLECTION_ENDS = "reflection_ends", _("The reflection period ends")
    REASSESS_RISK = "reassess_risk", _("Assess the risk again")
    REVIEW_GROUND = "review_ground", _("Review a legal ground")
    RENEW_CONSENT = "renew_consent", _("Renew a consent that ends")
    FOLLOW_UP = "follow_up", _("Ask how the person is")
    LAWYER = "lawyer", _("Find a lawyer")
    ACCOMPANY = "accompany", _("Go with the person to the appointment")
    DECISION = "decision", _("Decision of a case conference")
    FIRST_STEP = "first_step", _("Refer or protect the person")
    CALL_PERSON = "call_person", _("Call the person who showed a card")
    ASSESS_GUARDIAN = "assess_guardian", _("Decide on a guardian")
    APPROVE_PLAN = "approve_plan", _("Decide on a support plan")
    APPROVE_CLOSE = "approve_close", _("Decide on closing a case")
    APPROVE_TRANSFER = "approve_transfer", _("Decide on a transfer")
    ANSWER_TRANSFER = "answer_transfer", _("Answer a transfer")
    TRANSFER_AGAIN = "transfer_again", _("A transfer was declined")
    COMPARE_CALL = "compare_call", _("Telephone an organisation, at the request of coordination")
    ANSWER_REQUEST = "answer_request", _("Answer a request of the person")
    DECIDE_ERASURE = "decide_erasure", _("Decide on an erasure")
    CHECK_ORDER = "check_order", _("Check an order of justice")
    ORDER_EXTRACT = "order_extract", _("Answer an order of justice")
    TELL_OF_ORDER = "tell_of_order", _("Tell the person of an order of justice")
    LATE_ARRIVAL = "late_arrival", _("Find out why nobody has arrived")
    PLACE_NOT_FOUND = "place_not_found", _("Look for a place: nobody has offered one")
    NAME_OWNER = "name_owner", _("Name an owner of the case taken in hand")
    REVIEW_GLASS = "review_glass", _("Review an emergency access")
    FOLLOW_UP_GLASS = "follow_up_glass", _("Follow up an emergency access")
    CORRECT = "correct", _("Correct what a review has found")


class Clock(TextChoices):
    """What has a time limit that national coordination may set (`referral.deadlines` has what it comes with)."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge a referral")
    DECIDE = "decide", _("Decide on a referral")
    ANSWER = "answer", _("Answer the questions of a desk")
    DRAFT = "draft", _("Send a draft, or throw it away")
    ARRIVAL_GRACE = "arrival_grace", _("Record an arrival after the expected time")
    CALL_BACK = "call_back", _("Call back after a non-arrival")
    REVIEW = "review", _("Review a service that goes on")
    TELEPHONE_HOLD = "telephone_hold", _("Confirm a place promised by telephone")
    PLACE_CALL = "place_call", _("Answer a place call")
    OFFER_HELD = "offer_held", _("Choose an offered place, or send the referral to it")
    EXTRACT = "extract", _("Hand the person over after an end")
    COUNTERSIGN = "countersign", _("Countersign a legal ground")
    AGE_DECISION = "age_decision", _("Decide an unknown age")
    OBJECTION = "objection", _("Decide on an objection")
    CONSENT = "consent", _("Ask again for consent")
    TITLE_MISSING = "title_missing", _("Obtain or confirm a custody title")
    REQUISITION = "requisition", _("Requisition of a child")
    STAY = "stay", _("Stay in a first reception centre")
    REFLECTION = "reflection", _("Reflection period")
    REASSESS_CRITICAL = "reassess_critical", _("Assess a critical risk again")
    REASSESS_HIGH = "reassess_high", _("Assess a high or unknown risk again")
    REASSESS_MEDIUM = "reassess_medium", _("Assess a medium risk again")
    REASSESS_LOW = "reassess_low", _("Assess a low risk again")
    GROUND_REVIEW = "ground_review", _("Review a legal ground")
    PLAN = "plan", _("Decide on a support plan, or on an end")
    TRANSFER = "transfer", _("Answer a transfer")
    FOLLOW_UP_1 = "follow_up_1", _("First follow-up")
    FOLLOW_UP_2 = "follow_up_2", _("Second follow-up")
    FOLLOW_UP_3 = "follow_up_3", _("Third follow-up")
    FOLLOW_UP_4 = "follow_up_4", _("Last follow-up")
    RIGHTS = "rights", _("Answer a request of the person about her or his data")
    INCIDENT = "incident", _("Tell the data-protection authority of an incident")
    COMPLAINT = "complaint", _("Answer a complaint")
    LATE_ARRIVAL = "late_arrival", _("Alarm when an adult on the way does not arrive")
    LATE_CHILD = "late_child", _("Alarm when a child on the way does not arrive")


class LossKind(TextChoices):
    """What falls out of every loop, as the report of lost loops has it."""

    SYSTEM = "system", _("The clock stands still")
    CLOCK_FAILED = "clock_failed", _("Deadlines on which the clock fails")
    NO_OWNER = "no_owner", _("Nobody owns the case")
    NO_NEXT_STEP = "no_next_step", _("No next step")
    NO_DEADLINE = "no_deadline", _("A deadline that woke nobody")
    CASE_CLOSED = "case_closed", _("Closed case, open referral")
    RECEIVER_AWAY = "receiver_away", _("Nobody can answer at the receiver’s")
    BASIS_GONE = "basis_gone", _("Nothing allows the sharing any more")
    WORKER_AWAY = "worker_away", _("The named worker is gone")
    CLOCK_PAUSED = "clock_paused", _("Put off for too long")
    NO_TITLE = "no_title", _("Child lodged without a title")
    GROUND_UNREVIEWED = "ground_unreviewed", _("Legal ground not reviewed")
    ON_THE_WAY = "on_the_way", _("On the way for too long")
    CALL_OPEN = "call_open", _("Place call that nobody has ended")


class Watched(TextChoices):
    """What has a deadline of its own."""

    REFERRAL = "referral", _("Referral")
    TASK = "task", _("Task")


class CodeUse(TextChoices):
    """What a code on a blank sheet will refer to."""

    CASE = "case", _("Case")
    REFERRAL = "referral", _("Referral")


class Channel(TextChoices):
    """How a notice leaves the house; on the page it stands in any case."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class DeliveryState(TextChoices):
    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    MOOT = "moot", pgettext_lazy("delivery", "Read before it was sent")
    FAILED = "failed", pgettext_lazy("delivery", "Not delivered")


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


class ReflectionAct(TextChoices):
    """Time that an adult takes before deciding; recommended (domain §3.3)."""

    BEGIN = "begin", _("Begin the reflection period")
    EXTEND = "extend", _("Extend it, once")
    END = "end", _("End it: the person has decided")


class ApartReason(TextChoices):
    """Why a walk-in is not the person of a referral after all; kept with the event."""

    ANOTHER_PERSON = "ANOTHER_PERSON", _("They are two persons")
    WRONG_LINE = "WRONG_LINE", _("The wrong line was chosen")
    NOT_SURE = "NOT_SURE", _("We are not sure any more")


class RevealReason(TextChoices):
    """Why somebody opens what is masked; kept with the look."""

    CARE = "care", _("To care for the person")
    CONTACT = "contact", _("To reach the person")
    REFER = "refer", _("To prepare a referral")
    SUPERVISE = "supervise", _("To supervise the file")
    RIGHTS = "rights", _("To answer the person about her or his data")


# Codes of `partners.Code` lists that the rules know by name; all others are a ministry's own.
CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
DRAFT_EXPIRED = "DRAFT_EXPIRED"
ORGANISATION_SUSPENDED = "ORGANISATION_SUSPENDED"
DESK_EMPTY = "DESK_EMPTY"
CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
NO_CAPACITY = "NO_CAPACITY"
#: A no that does not change with time: asking the same organisation for the same service again would lose hours.
STANDING_REASONS = frozenset({"OUT_OF_MANDATE", "OUT_OF_AREA", "PROFILE_MISMATCH"})
#: After these nobody is called to ask how it goes: somebody else cares for the person, or she or he has died.
NOT_FOLLOWED_UP = frozenset({"REFERRED_ON", "DECEASED"})

SHELTER_SERVICES = LODGING_SERVICES
#: First reception: where nobody is meant to stay (domain §3.3).
FIRST_RECEPTION = frozenset({"SHELTER_EMERG", "SHELTER_TRANSIT"})
