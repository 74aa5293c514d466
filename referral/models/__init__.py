from referral.models.access_check import AccessCheck
from referral.models.arrival import Arrival, FamilyLink, GroupReferral, Slip
from referral.models.attachment import Attachment, AttachmentKey, AttachmentSegment
from referral.models.basis import Consent, CustodyTitle, LegalGround
from referral.models.case import Case, Person
from referral.models.clock import ClockRound, Delivery, Rung
from referral.models.complaint import Complaint, ComplaintDesk, ComplaintStep
from referral.models.course import FollowUp, PlanGoal, RiskAssessment, StatusDecision, Transfer
from referral.models.exchange import ExportPart, ExportRequest, ImportBatch, ImportedRow
from referral.models.file_reviews import CorrectiveAction, DrawnFile, FileReview, Finding, ReviewSeed
from referral.models.grants import CaseGrant, ReferralGrant
from referral.models.incident import Incident
from referral.models.intake import ContactCard, Screening
from referral.models.justice import CaseConference, JusticeStep, QuestionAnswers, ServiceQuestion
from referral.models.looks import Reveals
from referral.models.matching import MatchReview, PersonLink, SearchCount
from referral.models.paper import ReservedCode, SmsReply, WrongCodes
from referral.models.place_call import PlaceCall, PlaceOffer
from referral.models.readings import BreakGlass, CaseInHand, TimedReading
from referral.models.referral import (
    Message,
    Placement,
    Preview,
    Referral,
    SafetyExtract,
    Snapshot,
    TelephoneAnswer,
    Waiting,
    WalkIn,
)
from referral.models.requisition import Requisition, RequisitionExtract, VerbalDemand
from referral.models.rights import Erasure, LegalHold, RetentionTerm, RightsRequest
from referral.models.routing import NoGoList, RoutingRule
from referral.models.talks import ConsentTalk, ConsentText, Guardian
from referral.models.terms import Holiday, Term
from referral.models.trip import AddressRelease, Trip
from referral.models.work import Draft, Notice, Submission, Task, Transition

__all__ = [
    "AccessCheck",
    "AddressRelease",
    "Arrival",
    "Attachment",
    "AttachmentKey",
    "AttachmentSegment",
    "BreakGlass",
    "Case",
    "CaseConference",
    "CaseGrant",
    "CaseInHand",
    "ClockRound",
    "Complaint",
    "ComplaintDesk",
    "ComplaintStep",
    "Consent",
    "ConsentTalk",
    "ConsentText",
    "ContactCard",
    "CorrectiveAction",
    "CustodyTitle",
    "Delivery",
    "Draft",
    "DrawnFile",
    "Erasure",
    "ExportPart",
    "ExportRequest",
    "FamilyLink",
    "FileReview",
    "Finding",
    "FollowUp",
    "GroupReferral",
    "Guardian",
    "Holiday",
    "ImportBatch",
    "ImportedRow",
    "Incident",
    "JusticeStep",
    "LegalGround",
    "LegalHold",
    "MatchReview",
    "Message",
    "NoGoList",
    "Notice",
    "Person",
    "PersonLink",
    "PlaceCall",
    "PlaceOffer",
    "Placement",
    "PlanGoal",
    "Preview",
    "QuestionAnswers",
    "Referral",
    "ReferralGrant",
    "Requisition",
    "RequisitionExtract",
    "ReservedCode",
    "RetentionTerm",
    "Reveals",
    "ReviewSeed",
    "RightsRequest",
    "RiskAssessment",
    "RoutingRule",
    "Rung",
    "SafetyExtract",
    "Screening",
    "SearchCount",
    "ServiceQuestion",
    "Slip",
    "SmsReply",
    "Snapshot",
    "StatusDecision",
    "Submission",
    "Task",
    "TelephoneAnswer",
    "Term",
    "TimedReading",
    "Transfer",
    "Transition",
    "Trip",
    "VerbalDemand",
    "Waiting",
    "WalkIn",
    "WrongCodes",
]
