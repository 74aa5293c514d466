"""What makes a printed review one of ours: its digest in the audit, and the signature of the site over what it says."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from audit import services as audit
from audit.enums import Verb
from audit.models import Event
from crypto.signing import SigningKey, read_private
from referral.models import CorrectiveAction, DrawnFile, FileReview


@dataclass(frozen=True)
class Seal:
    """
    Attributes:
        fingerprint: of the codes of the review: what was drawn, answered, found, concluded and by whom.
        signature, public: base64; empty where the site has no key for it.
    """

    fingerprint: str
    signature: str = ""
    public: str = ""


def statement(
    review: FileReview, files: Sequence[DrawnFile], actions: Sequence[CorrectiveAction]
) -> dict[str, object]:
    """What is vouched for, in codes and ids; whoever has the database computes it anew."""
    assert review.concluded_at is not None  # noqa: S101 - asked by whoever calls
    return {
        "review": review.reference,
        "kind": review.kind,
        "organisation": str(review.organisation_id),
        "begins_on": review.begins_on.isoformat(),
        "seed": review.seed.value,
        "population": review.population_digest,
        "files": [[row.number, row.reasons, row.answers] for row in files],
        "findings": [[row.number, f.question, f.severity] for row in files for f in row.findings.all()],
        "actions": [str(action.pk) for action in actions],
        "conclusion": review.conclusion,
        "reviewer": str(review.reviewer_id),
        "concluded_at": review.concluded_at.isoformat(),
    }


def seal_of(review: FileReview, files: Sequence[DrawnFile], actions: Sequence[CorrectiveAction]) -> Seal:
    """Raises KeyUnavailable when the site names a key that cannot be read."""
    told = json.dumps(statement(review, files, actions), sort_keys=True, separators=(",", ":")).encode()
    fingerprint = sha256(told).hexdigest()
    if not settings.RELAIS_REVIEW_KEY:
        return Seal(fingerprint)
    key = SigningKey(bytes.fromhex(read_private(Path(settings.RELAIS_REVIEW_KEY)).strip()))
    signature = key.sign(fingerprint.encode())
    return Seal(fingerprint, b64encode(signature).decode(), b64encode(key.public).decode())


def keep_print(review: FileReview, paper: bytes) -> None:
    """The digest of the paper, in the event of the look that made it."""
    audit.look("print", review, scope="review", detail={"sha256": sha256(paper).hexdigest()})


def printed(review: FileReview, paper: bytes) -> datetime | None:
    """When exactly this paper was printed from this review; None when it never was."""
    wanted = sha256(paper).hexdigest()
    events = Event.objects.filter(
        verb=Verb.PRINT, object_type=FileReview._meta.label_lower, object_id=review.pk
    )
    for event in events.order_by("-seq"):
        if (event.detail or {}).get("sha256") == wanted:
            return event.at
    return None
