"""Which papers lie in a file?"""

from uuid import UUID

from django.db.models import QuerySet

from partners.actor import Actor
from referral.models import Attachment, Case
from referral.queries.visible import visible_cases


def attachments_of(case: Case) -> list[Attachment]:
    """All that ever lay there, the newest first; of a removed one there is only this row."""
    people = ("added_by__organisation", "removed_by__organisation")
    return list(case.attachments.select_related(*people).order_by("-added_at"))


def attachment_count(case: Case) -> int:
    return case.attachments.filter(removed_at=None).count()


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """Those that are still there, in files that the actor may see."""
    return Attachment.objects.filter(removed_at=None, case__in=visible_cases(actor))


def attachment_of(actor: Actor, pk: UUID) -> Attachment | None:
    """With its file, or None: absent, removed and hidden look alike."""
    return visible_attachments(actor).select_related("case__person", "added_by").filter(pk=pk).first()
