"""Papers of a file: put there, opened, taken out for good."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import services as audit
from audit.enums import Verb
from audit.rows import write
from crypto import keyring
from crypto.errors import KeyDestroyed, Tampered
from crypto.files import FileKey, new_key
from partners.actor import Actor
from referral.enums import CaseAct
from referral.lifecycle import NotPossible
from referral.models import Attachment, AttachmentKey, AttachmentSegment
from referral.queries.attachments import attachment_count, visible_attachments
from referral.queries.rights import held_among
from referral.services import pace, steps
from referral.uploads import Content

#: Of one file: nobody reads more.
MOST = 100
#: Segments in one statement: a file of ten megabytes is not written in one piece.
AT_ONCE = 16
#: What is sealed of an attachment.
WORDS = ("title", "original_name", "original_place")


def add_attachment(
    case_pk: UUID,
    *,
    by: Actor,
    at: datetime,
    kind: str,
    content: Content,
    title: str = "",
    original_name: str = "",
    original_place: str = "",
) -> Attachment:
    """
    Args:
        kind: an AttachmentKind.
        content: what `uploads.content_of` has left of the file.
        original_place: where the paper itself lies.

    Raises:
        NotVisible, NotAllowed, NotPossible.
    """
    with transaction.atomic():
        case = steps.locked_case(by, case_pk)
        steps.permit_change(by, CaseAct.ADD_ATTACHMENT, case)
        if attachment_count(case) >= MOST:
            steps.refuse(case, "NOT_POSSIBLE_ADD_ATTACHMENT")
            raise NotPossible(
                [_("This file holds as many attachments as one may. Remove one that is no longer needed.")]
            )
        attachment = Attachment(
            case=case,
            kind=kind,
            media_type=content.media_type,
            size=len(content.content),
            title=title or None,
            original_name=original_name or None,
            original_place=original_place or None,
            added_at=at,
            added_by_id=by.id,
        )
        key = new_key()
        segments = list(FileKey(key, attachment.pk).seal(content.content))
        attachment.digest = _digest(segments)
        write(attachment, case_id=case.pk)
        AttachmentKey.objects.create(attachment=attachment, key=key)
        AttachmentSegment.objects.bulk_create(
            [AttachmentSegment(attachment=attachment, number=n, content=s) for n, s in enumerate(segments)],
            batch_size=AT_ONCE,
        )
        return attachment


def open_attachment_page(actor: Actor, attachment: Attachment) -> None:
    """Its codes are about to be shown: a look. Raises NotAllowed."""
    steps.permit_case(actor, CaseAct.OPEN_ATTACHMENT, attachment.case)
    audit.look(Verb.VIEW, attachment, case_id=attachment.case_id)


def reveal_attachment(actor: Actor, attachment: Attachment, *, at: datetime, reason: str) -> dict[str, Any]:
    """What is written about it, opened; `reason` (a RevealReason) is kept with the look.

    Raises:
        NotAllowed, TooManyReveals.
    """
    steps.permit_case(actor, CaseAct.OPEN_ATTACHMENT, attachment.case)
    pace.count_reveal(actor, attachment.case, at=at)
    with keyring.current().revealing(attachment):
        values = {name: getattr(attachment, name) for name in WORDS}
    audit.look(Verb.REVEAL, attachment, case_id=attachment.case_id, fields=WORDS, scope=reason)
    return values


def read_attachment(actor: Actor, attachment: Attachment, *, at: datetime, reason: str) -> bytes:
    """The whole content: nothing of a file is given out before all of it was found unchanged.

    Raises:
        NotAllowed, TooManyReveals, Tampered, KeyDestroyed.
    """
    steps.permit_case(actor, CaseAct.OPEN_ATTACHMENT, attachment.case)
    pace.count_reveal(actor, attachment.case, at=at)
    audit.look(Verb.FILE_GET, attachment, case_id=attachment.case_id, scope=reason)
    stored = AttachmentKey.objects.select_related("attachment").filter(attachment=attachment).first()
    if stored is None:  # removed since it was found
        raise KeyDestroyed("The key of this file no longer exists.")
    with keyring.current().revealing(stored):
        key = FileKey(stored.key, attachment.pk)
    segments = [bytes(s) for s in attachment.segments.order_by("number").values_list("content", flat=True)]
    if _digest(segments) != attachment.digest:
        raise Tampered("The segments of a file are not those that were written.")
    return b"".join(key.unseal(segments))


def remove_attachment(pk: UUID, *, by: Actor, at: datetime, version: int, reason: str) -> Attachment:
    """Destroys the content and its key for good; who put it there and who took it out stay, and its kind.

    Its words leave with it; former versions of the row keep them, sealed, as long as the file itself is kept.

    Args:
        reason: a RemovalReason.

    Raises:
        NotVisible, NotAllowed, NotPossible, StaleForm.
    """
    with transaction.atomic():
        attachment = (
            visible_attachments(by)
            .select_for_update(of=("self",))
            .select_related("case")
            .filter(pk=pk)
            .first()
        )
        if attachment is None:
            raise steps.NotVisible
        steps.permit_change(by, CaseAct.REMOVE_ATTACHMENT, attachment.case)
        if held_among([attachment.case_id]):
            steps.refuse(attachment.case, "NOT_POSSIBLE_REMOVE_ATTACHMENT")
            raise NotPossible([_("A legal hold lies on this file: nothing of it is destroyed.")])
        if attachment.version != version:
            raise steps.StaleForm
        attachment.segments.all().delete()
        AttachmentKey.objects.filter(attachment=attachment).delete()
        for name in WORDS:
            setattr(attachment, name, None)
        attachment.removed_at, attachment.removed_by_id, attachment.removal_reason = at, by.id, reason
        changed = (*WORDS, "removed_at", "removed_by", "removal_reason")
        write(attachment, fields=changed, case_id=attachment.case_id)
        return attachment


def _digest(segments: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for segment in segments:
        whole.update(segment)
    return whole.hexdigest()
