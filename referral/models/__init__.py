from referral.models.basis import Consent, CustodyTitle, LegalGround
from referral.models.case import Case, Person
from referral.models.clock import ClockRound, Delivery, Rung
from referral.models.course import FollowUp, PlanGoal, RiskAssessment, StatusDecision, Transfer
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
    "FollowUp",
    "Holiday",
    "LegalGround",
    "Message",
    "Notice",
    "Person",
    "Placement",
    "PlanGoal",
    "Preview",
    "Referral",
    "ReferralGrant",
    "ReservedCode",
    "RiskAssessment",
    "Rung",
    "SafetyExtract",
    "SmsReply",
    "Snapshot",
    "StatusDecision",
    "Submission",
    "Task",
    "TelephoneAnswer",
    "Term",
    "Transfer",
    "Transition",
    "WrongCodes",
]
