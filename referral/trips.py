"""The words of the way to a centre (trajet): its states, what one does on it, by what means and at whose cost."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TripState(TextChoices):
    PLANNED = "planned", pgettext_lazy("trip", "Planned")
    DEPARTED = "departed", pgettext_lazy("trip", "On the way")
    OVERNIGHT = "overnight", pgettext_lazy("trip", "Stopped for the night")
    ARRIVED = "arrived", pgettext_lazy("trip", "Arrived")
    BROKEN_OFF = "broken_off", pgettext_lazy("trip", "Broken off")


#: Somebody is awaited, and others hear of it when nobody comes.
LIVE_TRIP = frozenset({TripState.PLANNED, TripState.DEPARTED, TripState.OVERNIGHT})


class TripAction(TextChoices):
    PLAN = "plan", _("Plan the trip")
    DEPART = "depart", _("Record the departure from here")
    STAY = "stay", _("Record a night on the way")
    ARRIVE = "arrive", _("Record the arrival")
    BREAK_OFF = "break_off", _("Break the trip off")
    RELEASE = "release", _("Give the address to the escort")
    TAKE_BACK = "take_back", _("Take the address back")


class Means(TextChoices):
    SERVICE_VEHICLE = "service_vehicle", _("Vehicle of the service")
    TAXI = "taxi", _("Taxi")
    BUS = "bus", _("Bus or shared taxi")
    TRAIN = "train", _("Train")
    BOAT = "boat", _("Boat")
    PLANE = "plane", _("Plane")
    AMBULANCE = "ambulance", _("Ambulance")
    ON_FOOT = "on_foot", _("On foot")


class Payer(TextChoices):
    SENDER = "sender", _("The organisation that refers")
    RECEIVER = "receiver", _("The organisation that receives")
    NATIONAL_UNIT = "national_unit", _("National coordination")
    PARTNER = "partner", _("Another partner")
    NOBODY = "nobody", _("Nothing to pay")
    UNKNOWN = "unknown", _("Not settled yet")
