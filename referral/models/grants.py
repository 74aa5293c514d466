"""Who holds which row: direct-FK permission tables of django-guardian. Written by `referral.grants` alone."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from crypto.fields import CodeField
from referral.enums import Side


class ReferralGrant(GroupObjectPermissionBase):
    """A group's hold on a referral, with the sort keys of its lists copied from it (design §5, performance.md §1)."""

    content_object = models.ForeignKey("referral.Referral", on_delete=models.CASCADE, related_name="grants")
    side = CodeField(max_length=12, choices=Side)
    seq = models.BigIntegerField()
    state = CodeField(max_length=16)
    due_at = models.DateTimeField(null=True)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["group", "side", "-seq"], name="grant_order"),
            # Open referrals alone have a deadline: the inbox reads this index in its own order.
            models.Index(
                fields=["group", "side", "due_at", "content_object"],
                condition=models.Q(due_at__isnull=False),
                name="grant_due",
            ),
        ]


class CaseGrant(UserObjectPermissionBase):
    """A named person's hold on a case file."""

    content_object = models.ForeignKey("referral.Case", on_delete=models.CASCADE, related_name="grants")
    granted_at = models.DateTimeField()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        indexes = [models.Index(fields=["user", "content_object"], name="case_grant_of_user")]
