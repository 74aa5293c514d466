"""When does the signer vouch for the tree? Some seconds after it has grown, at once after what is urgent."""

import logging
import time
from pathlib import Path

from django.conf import settings

from audit import signer, tree
from audit.errors import NoteRefused, SignerRefused, SignerSilent
from audit.merkle import CompactRange
from audit.models import Checkpoint
from audit.notes import Checkpoint as Text
from audit.notes import Verifier, note_of, verified
from audit.tree import latest_checkpoint

logger = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two checkpoints, and before the signer is asked again


def log_verifier() -> Verifier:
    """Raises NoteRefused when the settings name no key."""
    if not settings.RELAIS_LOG_KEY:
        raise NoteRefused("RELAIS_LOG_KEY is not set: nobody vouches for the audit.")
    return Verifier.read(settings.RELAIS_LOG_KEY)


class Vouching:
    """Without a signer the tree grows on; it is signed when the signer is back."""

    def __init__(self) -> None:
        self._last = latest_checkpoint()
        self._signed = self._last.size if self._last else 0
        self._next = 0.0
        self._urgent = False

    def consider(self, grown: CompactRange, *, urgent: bool) -> Checkpoint | None:
        """Asks the signer where it is time. What goes wrong is logged: it is seen on the administrator's page."""
        self._urgent = self._urgent or urgent
        if grown.size <= self._signed or (time.monotonic() < self._next and not self._urgent):
            return None
        self._next, self._urgent = time.monotonic() + EVERY, False
        try:
            checkpoint = vouched(grown, self._signed)
        except (SignerSilent, SignerRefused, NoteRefused) as reason:
            logger.warning(
                "checkpoint not signed", extra={"event": "checkpoint_unsigned", "reason": str(reason)}
            )
            return None
        self._signed = checkpoint.size
        return checkpoint


def vouched(grown: CompactRange, remembered: int) -> Checkpoint:
    """A checkpoint of the stored tree, signed and stored.

    Args:
        remembered: the size that the signer signed last, as far as is known; it says if it is another one.

    Raises:
        SignerSilent, SignerRefused, NoteRefused.
    """
    verifier = log_verifier()
    text = str(Text(verifier.name, grown.size, grown.root()))
    word, rest = _asked(text, remembered, grown.size)
    if word == "remembered":
        remembered = int(rest)
        if remembered > grown.size:
            raise SignerRefused(f"it has signed {remembered} events, and there are {grown.size}")
        word, rest = _asked(text, remembered, grown.size)
    if word != "signed":
        raise SignerRefused(rest.strip() or word)
    note = note_of(text, [rest])
    try:
        verified(note, verifier)
    except NoteRefused as reason:
        raise SignerSilent("its signature is not of the key RELAIS_LOG_KEY") from reason
    checkpoint, _new = Checkpoint.objects.get_or_create(
        size=grown.size, defaults={"root": grown.root(), "note": note}
    )
    return checkpoint


def _asked(text: str, old: int, size: int) -> tuple[str, str]:
    """The first word of the answer, and the rest of it."""
    request = signer.Request(old, tree.consistency_proof(old, size), text)
    try:
        answer = signer.ask(Path(settings.RELAIS_SIGNER_SOCKET), str(request))
    except OSError as error:
        raise SignerSilent("the signer does not answer") from error
    head, _gap, rest = answer.replace("signed\n", "signed ", 1).partition(" ")
    return head, rest
