"""The way to the centre that has said yes, and the one release of a protected address to the escort."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crypto.fields import CodeField, SealedJSONField, SealedTextField
from referral.models.referral import OfReferral, Referral
from referral.trip_lifecycle import TripLifecycle
from referral.trips import LIVE_TRIP, Means, Payer

#: The CHECK that outlasts every form: a released address is gone after this, whatever happens.
LONGEST_RELEASE = timedelta(hours=12)


class Trip(TripLifecycle, OfReferral):
    """One way of the person of one accepted referral. Both sides write it, under the key of their exchange."""

    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="trips", verbose_name=_("referral")
    )
    means = CodeField(_("means of travel"), max_length=16, choices=Means)
    payer = CodeField(_("who pays"), max_length=16, choices=Payer)
    #: Somebody with an account here; others are named in the sealed words alone.
    escort = models.ForeignKey(
        "partners.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("escort"),
    )
    escort_name = SealedTextField(_("name of the escort"), null=True, blank=True)
    escort_telephone = SealedTextField(_("telephone of the escort"), null=True, blank=True)
    escort_organisation = SealedTextField(_("organisation of the escort"), null=True, blank=True)
    #: Where the centre comes to meet them: never the house itself.
    meeting_point = SealedTextField(_("meeting point"), padding="long", null=True, blank=True)
    #: What goes along with the person, in words.
    belongings = SealedJSONField(_("belongings and papers"), null=True, blank=True)
    word_asked = SealedTextField(_("word of the one who comes"))
    word_answered = SealedTextField(_("word of the person"))
    departure_planned_at = models.DateTimeField(_("planned departure"), null=True, blank=True)
    expected_arrival_at = models.DateTimeField(_("expected arrival"))
    departed_at = models.DateTimeField(_("departed"), null=True, blank=True)
    overnight_at = models.DateTimeField(_("stopped for the night"), null=True, blank=True)
    overnight_region = models.ForeignKey(
        "partners.Region",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region of the night"),
    )
    overnight_department = models.ForeignKey(
        "partners.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department of the night"),
    )
    overnight_with = SealedTextField(_("who lodges them for the night"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    planned_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("trip")
        ordering = ["-planned_at"]
        indexes = [
            models.Index(
                fields=["expected_arrival_at"],
                condition=Q(state__in=sorted(LIVE_TRIP)),
                name="trip_under_way",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(state__in=sorted(LIVE_TRIP)), name="one_trip_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(LIVE_TRIP)) ^ Q(ended_at__isnull=False),
                name="trip_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["departed", "overnight"]) | Q(departed_at__isnull=False),
                name="trip_on_the_way_has_left",
            ),
            models.CheckConstraint(
                condition=Q(overnight_at=None, overnight_region=None)
                | Q(overnight_at__isnull=False, overnight_region__isnull=False),
                name="trip_night_has_a_region",
            ),
            models.CheckConstraint(
                condition=~Q(state="overnight") | Q(overnight_at__isnull=False),
                name="trip_overnight_has_a_night",
            ),
        ]


class AddressRelease(OfReferral):
    """The centre lets one escort read where one house stands, for one trip and some hours. The address stays where it
    is: nothing of it is here.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="address_releases")
    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="releases")
    site = models.ForeignKey("partners.Site", on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    released_to = models.ForeignKey("partners.User", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    until = models.DateTimeField(_("until"))
    #: Before its time: the person has arrived, the trip is broken off, the escort is another, the centre took it back.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("release of an address")
        ordering = ["-released_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["trip"], condition=Q(ended_at=None), name="one_address_release_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("released_at"), until__lte=F("released_at") + LONGEST_RELEASE),
                name="address_released_for_some_hours",
            ),
            models.CheckConstraint(
                condition=~Q(released_by=F("released_to")), name="address_released_to_another"
            ),
        ]
