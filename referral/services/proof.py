"""The fingerprint of the audit: shown to supervisors and auditors, and compared with a paper from the safe."""

from audit import services as audit
from audit.enums import Verb
from audit.fingerprint import words_of
from audit.models import Checkpoint, Leaf
from audit.tree import latest_checkpoint, root_at, tree_size
from partners.actor import Actor
from partners.enums import Role
from referral.services.reading import require_seat

READERS = (Role.SUPERVISOR, Role.AUDITOR)


def read_fingerprint(actor: Actor, *, printed: bool = False) -> Checkpoint | None:
    """What the signer vouched for last. Raises NotAllowed."""
    require_seat(actor, *READERS, reason_code="NOT_ALLOWED_FINGERPRINT")
    audit.look(Verb.PRINT if printed else Verb.AUDIT_READ, Checkpoint)
    return latest_checkpoint()


def holds_fingerprint(actor: Actor, size: int, words: tuple[str, ...]) -> bool:
    """Whether the first `size` events of today's tree are those of the paper. Raises NotAllowed.

    By the stored hashes, in a moment; that the events themselves agree with them is what `audit verify` shows.
    """
    require_seat(actor, *READERS, reason_code="NOT_ALLOWED_FINGERPRINT")
    audit.look(Verb.AUDIT_VERIFY, Leaf)
    return size <= tree_size() and words_of(size, root_at(size)) == words
