"""The state of a place call and of an offer: moved by the tables of `call_moves` alone, as every other machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin

from referral.enums import Machine
from referral.lifecycle import StateField, follows
from referral.place_calls import CallAction, CallState, OfferAction, OfferState


class CallLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=16, choices=CallState.choices, default=CallState.OPEN, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    choose = follows(CallAction.CHOOSE, Machine.CALL)
    close = follows(CallAction.CLOSE, Machine.CALL)
    expire = follows(CallAction.EXPIRE, Machine.CALL)

    class Meta:
        abstract = True


class OfferLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=16, choices=OfferState.choices, default=OfferState.ASKED, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    offer = follows(OfferAction.OFFER, Machine.OFFER)
    decline = follows(OfferAction.DECLINE, Machine.OFFER)
    take_back = follows(OfferAction.TAKE_BACK, Machine.OFFER)
    choose = follows(OfferAction.CHOOSE, Machine.OFFER)
    end = follows(OfferAction.END, Machine.OFFER)

    class Meta:
        abstract = True
