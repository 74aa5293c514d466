"""The state of a transfer: moved by the table of `case_moves` alone, as every other machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin

from referral.course import TransferAction, TransferState
from referral.enums import Machine
from referral.lifecycle import StateField, follows


class TransferLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=16, choices=TransferState.choices, default=TransferState.ASKED, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    propose = follows(TransferAction.PROPOSE, Machine.TRANSFER)
    accept = follows(TransferAction.ACCEPT, Machine.TRANSFER)
    decline = follows(TransferAction.DECLINE, Machine.TRANSFER)
    withdraw = follows(TransferAction.WITHDRAW, Machine.TRANSFER)

    class Meta:
        abstract = True
