"""Somebody leaves who alone keeps a desk: what waits there must have somewhere to go."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.fields import VersionForm
from partners.models import Membership
from referral.models import Referral
from referral.queries.desks import left_behind


class LeaveForm(VersionForm):
    hand_over = forms.BooleanField(
        label=_("What waits at this desk goes to national coordination"),
        help_text=_("It is told of each referral at once, and finds another provider with the sender."),
        required=False,
    )

    def __init__(self, left: Sequence[Referral], *args: Any, **kwargs: Any) -> None:
        """Args: left: what would wait at the desk without anybody; nothing is asked where it is empty."""
        super().__init__(*args, **kwargs)
        if not left:
            del self.fields["hand_over"]


def of_person(pk: UUID, data: Any, *, initial: dict[str, Any]) -> LeaveForm:
    return LeaveForm(left_behind(pk), data, initial=initial)


def of_role(pk: UUID, data: Any, *, initial: dict[str, Any]) -> LeaveForm:
    user_id = Membership.objects.values_list("user", flat=True).get(pk=pk)
    return LeaveForm(left_behind(user_id, ending=pk), data, initial=initial)
