"""When does the signer vouch for the tree? Some seconds after it has grown, at once after what is urgent."""

import logging
import time
from pathlib import Path

from django.conf import settings

from audit import signer, tree
from audit.errors import NoteRefused, SignerRefused, SignerSilent, TreeBroken
from audit.merkle import CompactRange
from audit.models import Checkpoint
from audit.notes import Checkpoint as Text
from audit.notes import note_of, verified
from audit.tree import latest_checkpoint, log_verifier

logger = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two checkpoints, and before the signer is asked again


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
        if grown.size in (0, self._signed) or (time.monotonic() < self._next and not self._urgent):
            return None  # a smaller one is shown too: that the signer refuses it must be heard
        self._next, self._urgent = time.monotonic() + EVERY, False
        try:
            checkpoint = vouched(grown, self._signed)
        except (SignerSilent, SignerRefused, NoteRefused, TreeBroken) as reason:
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
        SignerSilent, SignerRefused, NoteRefused, TreeBroken.
    """
    verifier = log_verifier()
    text = str(Text(verifier.name, grown.size, grown.root()))
    word, rest = _asked(text, min(remembered, grown.size), grown.size)
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
