from referral.models.basis import Consent, CustodyTitle, LegalGround
from referral.models.case import Case, Person
from referral.models.clock import ClockRound, Delivery, Rung
from referral.models.grants import CaseGrant, ReferralGrant
from referral.models.paper import ReservedCode, SmsReply, WrongCodes
from referral.models.referral import (
    Message,
    Placement,
    Preview,
    Referral,
    SafetyExtract,
    Snapshot,
    TelephoneAnswer,
)
from referral.models.rights import Erasure, LegalHold, RetentionTerm, RightsRequest
from referral.models.terms import Holiday, Term
from referral.models.work import Draft, Notice, Submission, Task, Transition

__all__ = [
    "Case",
    "CaseGrant",
    "ClockRound",
    "Consent",
    "CustodyTitle",
    "Delivery",
    "Draft",
    "Erasure",
    "Holiday",
    "LegalGround",
    "LegalHold",
    "Message",
    "Notice",
    "Person",
    "Placement",
    "Preview",
    "Referral",
    "ReferralGrant",
    "ReservedCode",
    "RetentionTerm",
    "RightsRequest",
    "Rung",
    "SafetyExtract",
    "SmsReply",
    "Snapshot",
    "Submission",
    "Task",
    "TelephoneAnswer",
    "Term",
    "Transition",
    "WrongCodes",
]
