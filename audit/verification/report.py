"""What was found, where, and how much was looked at?"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: Faults kept with their place; of more only the number, so that a broken database fits into memory.
MOST = 100
#: Called now and then with how many were looked at.
Progress = Callable[[int], None]


def silent(_count: int) -> None:
    """Tells nobody how far it is."""


class Kind(TextChoices):
    """The closed list of what can be wrong. Each is a sentence that a supervisor reads."""

    EVENT_CHANGED = "event_changed", _("An event was changed after it was recorded.")
    EVENT_RETIMED = "event_retimed", _("The time of an event was changed after it was recorded.")
    EVENT_DELETED = "event_deleted", _("An event was removed.")
    EVENT_INSERTED = "event_inserted", _("An event was slipped in among older ones.")
    EVENTS_REORDERED = "events_reordered", _("Events were put into another order.")
    TRUNCATED = "truncated", _("The last events were cut off.")
    NOT_IN_TREE = "not_in_tree", _("Events have waited for the tree for over a minute.")
    LEAVES_REWRITTEN = "leaves_rewritten", _("The tree was rewritten after a fingerprint was taken.")
    NODE_CHANGED = "node_changed", _("A hash that proofs are made of is not that of its leaves.")
    CHECKPOINT_FORGED = "checkpoint_forged", _("A fingerprint bears no valid signature.")
    COSIGNATURE_FORGED = "cosignature_forged", _("What is kept as the signature of a witness is not its own.")

    ROW_CHANGED = "row_changed", _("A row was changed by hand, without an event.")
    ROW_ROLLED_BACK = "row_rolled_back", _("A row was put back to an older state of its own.")
    ROW_GONE = "row_gone", _("A row is gone, and no event says that it was deleted.")
    ROW_REVIVED = "row_revived", _("A row is there again that was deleted.")
    ROW_UNSAID = "row_unsaid", _("A version of a row has no event.")
    HISTORY_CHANGED = "history_changed", _("A former version of a row was changed by hand.")
    HISTORY_MISSING = "history_missing", _("A former version of a row is missing.")
    EVENTS_DISAGREE = "events_disagree", _("Two events say different things of one version.")

    STREAM_GAP = "stream_gap", _("Numbers are missing among the looks that a process recorded.")
    STREAM_DISORDER = "stream_disorder", _("The numbers of a process do not follow the order of its events.")

    UNWRAP_UNLOOKED = "unwrap_unlooked", _("Keys were opened, and no look was recorded for them.")
    LOOK_UNUSED = "look_unused", _("The key server has no trace of keys that events say were opened.")


@dataclass(frozen=True)
class Fault:
    """`where` names the place by ids, numbers and columns only."""

    kind: Kind
    where: str
    #: In the tree, counted from 0: the first bad one is the one to name.
    index: int | None = None

    def __str__(self) -> str:
        return f"{self.kind.label} {self.where}"


@dataclass
class Report:
    """The result of one verification."""

    act: str
    checked: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0
    #: What could not be compared, in plain words for the operator.
    remarks: list[str] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.found += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)

    def include(self, other: "Report") -> None:
        """What another part of the same verification has found."""
        self.checked += other.checked
        self.remarks += other.remarks
        self.found += other.found - len(other.faults)
        for fault in other.faults:
            self.add(fault)

    @property
    def first(self) -> Fault | None:
        """The one with the lowest index, else the first that was found."""
        return min(self.faults, key=lambda fault: fault.index or 0, default=None)
