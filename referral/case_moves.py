"""When may a case file move, and the responsibility for it? The tables of domain §5.3, with their guards. Pure."""

from django.utils.translation import gettext_lazy as _

from referral.course import (
    IN_HAND,
    OPEN_TRANSFER,
    REASONS_APART,
    REASONS_OF_PLAN,
    WITH_PLAN,
    CaseAction,
    CaseState,
    TransferAction,
    TransferState,
)
from referral.enums import RiskLevel
from referral.moves import Guard, Move, states

NO_OPEN_REFERRAL = Guard(
    "no_open_referral",
    _("A referral of this case is still open."),
    lambda row, facts: facts.open_referrals == 0,
)
NO_OPEN_TRANSFER = Guard(
    "no_open_transfer",
    _("A transfer of this case waits for an answer: withdraw it first."),
    lambda row, facts: not facts.open_transfer,
)
NO_LIVE_TITLE = Guard(
    "no_live_title",
    _("A custody title of the child is in force or asked for: record its lifting first."),
    lambda row, facts: not facts.title_live,
)
NOT_VICTIM_BY_TWO = Guard(
    "not_victim_by_two",
    _("Two persons must have recorded that the person is not a victim, and nobody the contrary since."),
    lambda row, facts: facts.not_victim_by_two,
)
OTHER_NEED = Guard(
    "other_need",
    _("Write which other help the person was referred to, or that none is needed."),
    lambda row, facts: facts.other_need,
)
SOMETHING_AGREED = Guard(
    "something_agreed",
    _("Talk with the person about consent first, or record a legal ground."),
    lambda row, facts: facts.something_agreed,
)
RISK_ASSESSED = Guard(
    "risk_assessed",
    _("Assess the risk first."),
    lambda row, facts: row.risk != RiskLevel.UNKNOWN,
)
GOAL_SET = Guard(
    "goal_set",
    _("The plan has no goal yet: a goal needs a service, somebody who sees to it and a day."),
    lambda row, facts: facts.goals > 0,
)
PLAN_AGREED = Guard(
    "plan_agreed",
    _("The person’s agreement with the plan is not recorded."),
    lambda row, facts: row.plan_agreed_at is not None,
)
VIEWS_RECORDED = Guard(
    "views_recorded",
    _("Write what the person wants, in her or his own words."),
    lambda row, facts: facts.views_recorded,
)
SOLUTION_WEIGHED = Guard(
    "solution_weighed",
    _(
        "Assess the risk of this solution first: of the return to the family, of the country, or of life here."
    ),
    lambda row, facts: facts.solution_weighed,
)
STABLE = Guard(
    "stable",
    _("Confirm first that the person has arrived, or that the situation is stable."),
    lambda row, facts: facts.stable,
)
NEED_NAMED = Guard("need_named", _("Say what has changed."), lambda row, facts: facts.need_named)
INFORMED = Guard(
    "informed",
    _("Tell the person first, unless that would put the person in danger."),
    lambda row, facts: facts.informed,
)
REASON_FITS = Guard(
    "reason_fits",
    _(
        "This reason does not fit: no plan was approved that could have led there, or it belongs to another act."
    ),
    lambda row, facts: (
        facts.reason_code not in REASONS_APART
        and (facts.reason_code not in REASONS_OF_PLAN or row.state in WITH_PLAN)
    ),
)
GOALS_ENDED = Guard(
    "goals_ended",
    _("Goals of the plan are still pursued: end each of them, or write why the case ends all the same."),
    lambda row, facts: facts.explained or facts.goals == 0 or facts.reason_code not in REASONS_OF_PLAN,
)
NOT_ELSEWHERE = Guard(
    "not_elsewhere",
    _("Another organisation is responsible for the person now: ask it."),
    lambda row, facts: not facts.elsewhere,
)
HANDED_OVER_COVERED = Guard(
    "handed_over_covered",
    _("No live consent or legal ground covers what would be handed over."),
    lambda row, facts: facts.basis_live,
)
TAKER_ACTIVE = Guard(
    "taker_active",
    _("Nobody of this organisation can take a case over: choose another."),
    lambda row, facts: facts.recipient_active,
)
TAKER_OPEN = Guard(
    "taker_open",
    _("This organisation is suspended, or its agreement has run out: choose another provider."),
    lambda row, facts: facts.recipient_open,
)
NOT_KEPT_AWAY = Guard(
    "not_kept_away",
    _(
        "The file says to keep the person away from there. If that is no longer so, take it off the list "
        "“Where not to refer” on the page of the file, with the person."
    ),
    lambda row, facts: not facts.kept_away,
)
NOTHING_RUNS = Guard(
    "nothing_runs",
    _("A referral of this case is open: only a service of the organisation that takes over may go on."),
    lambda row, facts: facts.open_referrals == 0,
)

NOT_LODGED = Guard("not_lodged", _("A centre still lodges the person."), lambda row, facts: not facts.lodged)
NO_TRIAL = Guard(
    "no_trial",
    _("A prosecution runs: the file is kept until its final decision."),
    lambda row, facts: not facts.prosecuted,
)
NOT_ON_HOLD = Guard("not_on_hold", _("A legal hold lies on this file."), lambda row, facts: not facts.on_hold)
NO_OPEN_REQUEST = Guard(
    "no_open_request",
    _("A request of the person is not answered yet."),
    lambda row, facts: facts.open_requests == 0,
)

CASE_MOVES: tuple[Move, ...] = (
    Move(CaseAction.SCREEN, states(CaseState.SIGNALED), CaseState.SCREENING),
    Move(CaseAction.PROTECT, states(CaseState.SIGNALED, CaseState.SCREENING), CaseState.PROTECTED),
    Move(
        CaseAction.REDIRECT_OUT,
        states(CaseState.SCREENING, CaseState.PROTECTED),
        CaseState.CLOSED,
        (NOT_VICTIM_BY_TWO, OTHER_NEED, NO_OPEN_REFERRAL, NO_OPEN_TRANSFER, NO_LIVE_TITLE),
    ),
    Move(
        CaseAction.PLAN,
        states(CaseState.SCREENING, CaseState.PROTECTED),
        CaseState.PLANNING,
        (SOMETHING_AGREED, RISK_ASSESSED),
    ),
    Move(CaseAction.APPROVE, states(CaseState.PLANNING), CaseState.ASSISTED, (GOAL_SET, PLAN_AGREED)),
    Move(
        CaseAction.PREPARE,
        states(CaseState.ASSISTED),
        CaseState.SOLUTION,
        (VIEWS_RECORDED, SOLUTION_WEIGHED),
    ),
    Move(
        CaseAction.FOLLOW_UP,
        states(CaseState.ASSISTED, CaseState.SOLUTION),
        CaseState.FOLLOWUP,
        (STABLE,),
    ),
    Move(CaseAction.REACTIVATE, states(CaseState.FOLLOWUP), CaseState.ASSISTED, (NEED_NAMED,)),
    # A person may leave at any time: what a plan alone leads to is told by the reason.
    Move(
        CaseAction.CLOSE,
        IN_HAND,
        CaseState.CLOSED,
        (NO_OPEN_REFERRAL, NO_OPEN_TRANSFER, NO_LIVE_TITLE, REASON_FITS, GOALS_ENDED, INFORMED),
    ),
    Move(CaseAction.TRANSFER, IN_HAND, CaseState.CLOSED_TRANSFERRED, (NOTHING_RUNS,)),
    Move(
        CaseAction.REOPEN,
        states(CaseState.CLOSED, CaseState.CLOSED_TRANSFERRED),
        CaseState.ASSISTED,
        (NOT_ELSEWHERE,),
    ),
    Move(
        CaseAction.ARCHIVE,
        states(CaseState.CLOSED, CaseState.CLOSED_TRANSFERRED),
        CaseState.ARCHIVED,
        (NO_OPEN_REFERRAL, NOT_LODGED, NO_LIVE_TITLE, NO_TRIAL, NOT_ON_HOLD, NO_OPEN_REQUEST),
    ),
)

#: A transfer is asked for, proposed once a second person agrees, and answered by who would be responsible.
TRANSFER_MOVES: tuple[Move, ...] = (
    Move(
        TransferAction.PROPOSE,
        states(TransferState.ASKED),
        TransferState.PROPOSED,
        (HANDED_OVER_COVERED, TAKER_OPEN, TAKER_ACTIVE, NOT_KEPT_AWAY, NOTHING_RUNS, NOT_ON_HOLD),
    ),
    Move(
        TransferAction.ACCEPT,
        states(TransferState.PROPOSED),
        TransferState.ACCEPTED,
        (HANDED_OVER_COVERED, NOTHING_RUNS, NOT_ON_HOLD),
    ),
    Move(TransferAction.DECLINE, states(TransferState.PROPOSED), TransferState.DECLINED),
    Move(TransferAction.WITHDRAW, OPEN_TRANSFER, TransferState.WITHDRAWN),
)
