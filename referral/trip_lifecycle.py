"""The state of a trip: moved by the table of `trip_moves` alone, as every other machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin

from referral.enums import Machine
from referral.lifecycle import StateField, follows
from referral.trips import TripAction, TripState


class TripLifecycle(FSMModelMixin, models.Model):
    state = StateField(
        _("status"), max_length=16, choices=TripState.choices, default=TripState.PLANNED, protected=True
    )
    state_since = models.DateTimeField(_("since"))

    depart = follows(TripAction.DEPART, Machine.TRIP)
    stay = follows(TripAction.STAY, Machine.TRIP)
    arrive = follows(TripAction.ARRIVE, Machine.TRIP)
    break_off = follows(TripAction.BREAK_OFF, Machine.TRIP)

    class Meta:
        abstract = True
