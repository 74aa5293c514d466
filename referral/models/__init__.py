from referral.models.basis import Consent, CustodyTitle, LegalGround
from referral.models.case import Case, Person
from referral.models.grants import CaseGrant, ReferralGrant
from referral.models.referral import (
    Message,
    Placement,
    Preview,
    Referral,
    SafetyExtract,
    Snapshot,
    TelephoneAnswer,
)
from referral.models.work import Draft, Notice, Submission, Task, Transition

__all__ = [
    "Case",
    "CaseGrant",
    "Consent",
    "CustodyTitle",
    "Draft",
    "LegalGround",
    "Message",
    "Notice",
    "Person",
    "Placement",
    "Preview",
    "Referral",
    "ReferralGrant",
    "SafetyExtract",
    "Snapshot",
    "Submission",
    "Task",
    "TelephoneAnswer",
    "Transition",
]
