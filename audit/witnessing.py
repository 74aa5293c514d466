"""Who outside has seen the tree? Witnesses, asked by https://c2sp.org/tlog-witness; their cosignatures are kept."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings

from audit.errors import NoteRefused, WitnessRefused, WitnessSilent
from audit.models import Checkpoint, Cosignature
from audit.notes import COSIGNATURE, DECIMAL, Verifier, is_by, opened, signature_line, signatures_of
from audit.signer import Request
from audit.tree import consistency_proof, latest_checkpoint

PATIENCE = 10  # seconds
LARGEST = 64 * 1024


@dataclass(frozen=True)
class Witness:
    url: str
    verifier: Verifier

    @classmethod
    def read(cls, line: str) -> Self:
        """Of `https://address name+id+key`. Raises NoteRefused."""
        url, _space, vkey = line.strip().partition(" ")
        verifier = Verifier.read(vkey)
        if verifier.kind != COSIGNATURE or urlsplit(url).scheme not in ("https", "http"):
            raise NoteRefused("A witness is `https://address name+id+key`, with a key for cosignatures.")
        return cls(url.rstrip("/"), verifier)


def witnesses() -> list[Witness]:
    """Raises NoteRefused."""
    return [Witness.read(line) for line in settings.RELAIS_WITNESSES]


def former_witnesses() -> list[Verifier]:
    """What they signed counts still; they are asked no more. Raises NoteRefused."""
    return [Verifier.read(key) for key in settings.RELAIS_WITNESSES_FORMER]


def cosign(witness: Witness) -> Cosignature | None:
    """Shows the witness the latest checkpoint, and keeps what it signs. None when it has seen that one already.

    Raises:
        WitnessSilent: no answer, or none that the protocol knows; ask again later.
        WitnessRefused: it has cosigned what this tree does not begin with. Somebody must look into that.
    """
    checkpoint = latest_checkpoint()
    last = _seen(witness)
    if checkpoint is None or last == checkpoint.size:
        return None
    status, body = _shown(witness, checkpoint, min(last, checkpoint.size))
    if status == 409:
        if not DECIMAL.fullmatch(remembered := body.strip()):
            raise WitnessSilent(
                f"{witness.verifier.name} answers with a conflict and does not say what it has seen."
            )
        if int(remembered) > checkpoint.size:
            raise WitnessRefused(
                f"{witness.verifier.name} has cosigned {remembered} events, and there are {checkpoint.size}."
            )
        status, body = _shown(witness, checkpoint, int(remembered))
    if status in (409, 422):
        raise WitnessRefused(f"{witness.verifier.name} has cosigned another tree than this one.")
    if status != 200:
        raise WitnessSilent(f"{witness.verifier.name} answers {status}.")
    return _kept(witness, checkpoint, body)


def _seen(witness: Witness) -> int:
    """The last size that bears its signature: a line that somebody else has written must not keep the next from it.

    When none of the last ones does, it says itself what it has seen.
    """
    kept = Cosignature.objects.filter(witness=witness.verifier.name).select_related("checkpoint")
    for each in kept.order_by("-checkpoint__size")[:20]:
        try:
            text, _signatures = opened(each.checkpoint.note)
            found = signatures_of(each.line)
        except NoteRefused:
            continue
        if any(is_by(witness.verifier, text, signature) for signature in found):
            return each.checkpoint.size
    return 0


def _shown(witness: Witness, checkpoint: Checkpoint, old: int) -> tuple[int, str]:
    body = str(Request(old, consistency_proof(old, checkpoint.size), checkpoint.note))
    # Of the site's own settings; `Witness.read` lets no other scheme through than http and https.
    asked = urllib.request.Request(f"{witness.url}/add-checkpoint", data=body.encode(), method="POST")  # noqa: S310
    try:
        with _OPENER.open(asked, timeout=PATIENCE) as answer:
            return answer.status, answer.read(LARGEST).decode(errors="replace")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read(LARGEST).decode(errors="replace")
    except OSError as error:
        raise WitnessSilent(f"{witness.verifier.name} does not answer.") from error


def _kept(witness: Witness, checkpoint: Checkpoint, body: str) -> Cosignature:
    text, _signatures = opened(checkpoint.note)
    try:
        found = [each for each in signatures_of(body) if is_by(witness.verifier, text, each)]
    except NoteRefused:
        found = []
    if not found:
        raise WitnessSilent(f"{witness.verifier.name} answers with another signature than its own.")
    kept, _new = Cosignature.objects.get_or_create(
        checkpoint=checkpoint,
        witness=witness.verifier.name,
        defaults={"line": signature_line(*found[0])},
    )
    return kept


class _Stay(urllib.request.HTTPRedirectHandler):
    """What a witness is shown goes nowhere else."""

    def redirect_request(self, *args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)
