"""What happens to a file: how it opens, who else reads it, how it closes. Its referrals are played by `loops`."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.course import GoalResult
from referral.demonstration import courses, guardians, papers, persons, rights, routing, titles
from referral.demonstration.first_meeting import hear
from referral.demonstration.loops import TALK, Play
from referral.demonstration.plan import DAYS, HOURS, MINUTES, File
from referral.demonstration.stage import Script, Stage
from referral.enums import RevealReason, TitleAction, TitleState, Urgency
from referral.kinds import AttachmentKind
from referral.models import Case
from referral.services import cases, custody, planning, reading


def opening(file: File, now: datetime) -> datetime:
    """When the file begins, so that its first referral leaves in time."""
    if not file.loops:
        return now - timedelta(days=file.days)
    first = min(file.loops, key=lambda loop: loop.schedule(now)[0][1])
    before = 20 * HOURS if first.urgency == Urgency.STANDARD else 50 * MINUTES
    return first.schedule(now)[0][1] - TALK - before - (HOURS if file.reporter else timedelta())


def open_file(stage: Stage, file: File) -> Script:
    """The file from its report or its opening on; its referrals then live by themselves."""
    profile = persons.PROFILES[file.profile]
    person = persons.draw(profile, stage.random, stage.at.date())
    facts = {"risk": profile.risk, "urgency": profile.urgency}
    region = stage.regions[file.region]
    if file.reporter:
        with stage.acting(file.reporter) as by:
            case = cases.report(by=by, at=stage.at, region=region, person=person, case=facts)
        yield stage.at + 40 * MINUTES
        with stage.acting(file.owner) as by:
            case = cases.take_in(case.pk, by=by, at=stage.at, version=case.version)
    else:
        with stage.acting(file.owner) as by:
            case = cases.open_case(by=by, at=stage.at, region=region, person=person, case=facts)
    guardians.meet(stage, case.pk, file)
    routing.keep_away(stage, case.pk, file)
    hear(stage, file.owner, file.profile, case)
    asked: set[tuple[UUID, str]] = set()
    for loop in file.loops:
        play = Play(stage, file, loop, case.pk, asked)
        stage.begin(play.script(), play.times[0][1] - TALK)
    if file.title:
        name = f"{person['given_names']} {person['family_name']}"
        accepted = min(at for loop in file.loops for act, at in loop.schedule(stage.now) if act == "accept")
        stage.begin(titles.obtain(stage, case.pk, file, name), accepted + 9 * HOURS)
    if file.paper:
        kind = AttachmentKind(file.paper)
        stage.later(stage.at + 20 * MINUTES, lambda: papers.attach(stage, case.pk, file.owner, kind))
    if profile.unknown_age:
        stage.later(stage.at + 3 * DAYS, lambda: _decide_age(stage, case.pk))
    if file.course:
        stage.begin(courses.walk(stage, case.pk, file), courses.begins(file, stage.at, stage.now))
    if file.rights:
        rights.follow(stage, case.pk, file)
    if file.closed:
        ended = max(loop.schedule(stage.now)[-1][1] for loop in file.loops)
        stage.later(ended + 2 * DAYS, lambda: _close(stage, case.pk, file))
    stage.later(stage.at + 6 * HOURS, lambda: _supervise(stage, case.pk))


def _supervise(stage: Stage, case_pk: UUID) -> None:
    """A supervisor reads each new file, and what the person needs."""
    case = Case.objects.get(pk=case_pk)
    for supervisor in stage.other_supervisors(case)[:1]:
        with stage.acting(supervisor) as by:
            reading.open_case_page(by, case)
            reading.reveal(by, case, ["needs"], reason=RevealReason.SUPERVISE)


def _decide_age(stage: Stage, case_pk: UUID) -> None:
    """A second person decides that somebody of unknown age is a child; where there is none, the task waits."""
    case = Case.objects.select_related("person").get(pk=case_pk)
    for supervisor in stage.other_supervisors(case)[:1]:
        with stage.acting(supervisor) as by:
            version = case.person.version
            cases.decide_age(
                case_pk, by=by, at=stage.at, version=version, age_status="child", age_band="14-17"
            )


def _close(stage: Stage, case_pk: UUID, file: File) -> None:
    """The owner sees a low risk and asks the supervisor, who closes the file."""
    case = Case.objects.get(pk=case_pk)
    with stage.acting(file.owner) as by:
        case = cases.reassess(
            case_pk, by=by, at=stage.at, version=case.version, risk="low", urgency="standard"
        )
        for goal in case.plangoals.filter(result=""):
            planning.end_goal(goal.pk, by=by, at=stage.at, version=goal.version, result=GoalResult.REACHED)
        for title in case.titles.exclude(state=TitleState.LIFTED):
            custody.enter_title(
                case_pk,
                by=by,
                at=stage.at,
                action=TitleAction.LIFT,
                court=title.court,
                number=title.number,
                name_on_order=None,
                issued_on=stage.at.date(),
                ends_at=None,
            )
    with stage.acting(stage.other_supervisors(case)[0]) as by:
        cases.close_case(case_pk, by=by, at=stage.at, version=case.version, reason_code="FAMILY_REUNIFIED")
