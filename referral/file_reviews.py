"""The words of the two reviews of files: who looks at what, with which questions, and what follows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.deadlines import HERE

#: A quarter is looked at within this time of its draw.
REVIEW_WITHIN = timedelta(days=30)
#: How long a mandated outsider reads the drawn files (issue: "read-only for 7 days").
READING = timedelta(days=7)
#: No mandate outlasts the next quarter.
LONGEST_MANDATE = timedelta(days=92)
#: By when a corrective action is done, at the latest.
LONGEST_ACTION = timedelta(days=180)


class ReviewKind(TextChoices):
    COMPLIANCE = "compliance", _("Review of compliance")
    QUALITY = "quality", _("Review of quality")


class SeedSource(TextChoices):
    """Where the number comes from that nobody chose."""

    RANDOM = "random", _("drawn at random and written down before the population was read")
    CHECKPOINT = "checkpoint", _("computed from the first fingerprint of the audit after the quarter")


class DrawnFor(TextChoices):
    SAMPLE = "sample", _("drawn")
    ALL = "all", _("all files")
    GROUND = "ground", _("legal ground in the quarter")
    DEATH = "death", _("death")
    RE_EXPLOITATION = "re_exploitation", _("in danger, or exploited again")


class Mark(TextChoices):
    YES = "yes", pgettext_lazy("answer", "Yes")
    NO = "no", pgettext_lazy("answer", "No")
    NOT_APPLICABLE = "na", _("Does not apply")
    CANNOT_TELL = "unknown", _("Cannot tell")


class QualityQuestion(TextChoices):
    """Of the content of a file (design §5 to §7)."""

    CONSENT = "consent", _("Was consent recorded before anything was shared?")
    GROUND = "ground", _("Is each legal ground justified, and was it countersigned in time?")
    NEED_TO_KNOW = "need_to_know", _("Was each organisation told only what it needs for its service?")
    RISK = "risk", _("Was the risk assessed, and again when it was due?")
    PLAN = "plan", _("Does the plan say what the person wishes, and did a second person approve it?")
    DEADLINES = "deadlines", _("Were the deadlines answered?")
    OUTCOME = "outcome", _("Was the outcome of each referral recorded?")
    TITLE = "title", _("Has a lodged child a custody title?")
    AGE = "age", _("Was an unknown age decided by a second person?")
    SAFE_CONTACT = "safe_contact", _("Was the person reached only in the ways that she or he called safe?")
    FOLLOW_UP = "follow_up", _("Was the person asked how it goes, on the planned days?")
    CLOSURE = "closure", _("Is the closure justified?")


class ComplianceQuestion(TextChoices):
    """Of what stands around a file: dates, codes and names of those who acted, nothing of its content."""

    OWNER = "owner", _("Is somebody responsible who still works here?")
    FIRST_STEP = "first_step", _("Was the person referred or protected within the time limit?")
    GROUND = "ground", _("Was each legal ground countersigned within 24 hours?")
    GROUND_REVIEW = "ground_review", _("Were the legal grounds reviewed when they were due?")
    RISK = "risk", _("Was the risk assessed, and again when it was due?")
    AGE = "age", _("Was an unknown age decided within 7 days?")
    PLAN = "plan", _("Was each plan approved by a second person?")
    DEADLINES = "deadlines", _("Were the tasks of the quarter done by their deadlines?")
    OUTCOME = "outcome", _("Has each referral that ended in the quarter an outcome or a reason?")
    TITLE = "title", _("Has a lodged child a custody title?")
    FOLLOW_UP = "follow_up", _("Was the person asked how it goes, on the planned days?")
    LOOKS = "looks", _("Had all those who opened the file a reason to?")


QUESTIONS: Mapping[str, type[QualityQuestion] | type[ComplianceQuestion]] = {
    ReviewKind.QUALITY: QualityQuestion,
    ReviewKind.COMPLIANCE: ComplianceQuestion,
}


class Severity(TextChoices):
    MINOR = "minor", _("Minor")
    SERIOUS = "serious", _("Serious")
    GRAVE = "grave", _("Grave: a person may be in danger")


class Conclusion(TextChoices):
    SOUND = "sound", _("The work is as it should be")
    TO_CORRECT = "to_correct", _("Points are to be corrected")
    INSUFFICIENT = "insufficient", _("The work is insufficient")


class ActionState(TextChoices):
    OPEN = "open", pgettext_lazy("action", "To be done")
    DONE = "done", pgettext_lazy("action", "Done, to be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("action", "Confirmed")


@dataclass(frozen=True)
class Quarter:
    """Three months of Dakar's time."""

    begins_on: date

    @property
    def ends_on(self) -> date:
        """The first day that is no longer of it."""
        months = self.begins_on.month + 3
        return date(self.begins_on.year + months // 13, (months - 1) % 12 + 1, 1)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.begins_on, time.min, HERE)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.ends_on, time.min, HERE)

    def __str__(self) -> str:
        return f"{self.begins_on.year}-Q{(self.begins_on.month + 2) // 3}"

    @classmethod
    def of(cls, at: datetime) -> "Quarter":
        on = at.astimezone(HERE).date()
        return cls(date(on.year, (on.month - 1) // 3 * 3 + 1, 1))

    @classmethod
    def ended_before(cls, at: datetime) -> "Quarter":
        """The last one that is over."""
        return cls.of(cls.of(at).begins_at - timedelta(days=1))
