"""What one speaks about when a file is opened, a topic a page; what the person need not speak about. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Topic(TextChoices):
    """In the order in which they are asked."""

    DANGER = "danger", _("Danger now")
    NEED = "need", _("What is needed first")
    AGE = "age", _("Age")
    SEX = "sex", _("Sex")
    PLACE = "place", _("Where the person is")
    LANGUAGE = "language", _("Languages and interpreter")
    CALLED = "called", _("How the person wishes to be called")
    IDENTITY = "identity", _("Name and identity")
    CONTACT = "contact", _("Safe contact")
    JOURNEY = "journey", _("How it began")
    CONTROL = "control", _("By which means")
    EXPLOITATION = "exploitation", _("What the person was made to do")
    CIRCUMSTANCES = "circumstances", _("Circumstances that count before a judge")
    CHILDREN = "children", _("Children with the person")
    HEALTH = "health", _("Health, and what a place depends on")
    STORY = "story", _("What the person chose to tell")
    CARD = "card", _("Neutral card")


#: Without these nobody can act; all else can wait.
COMPULSORY = (Topic.DANGER, Topic.NEED)
#: Answered by whoever opens the file, not by the person.
NOT_ASKED = frozenset({Topic.DANGER, Topic.NEED, Topic.PLACE, Topic.CARD})
DECLINABLE = tuple(topic for topic in Topic if topic not in NOT_ASKED)


class CardOutcome(TextChoices):
    """A neutral card is offered and never imposed."""

    OFFERED = "offered", _("Offered; the person thinks about it")
    ACCEPTED = "accepted", _("Offered, and taken")
    REFUSED = "refused", _("Offered, and refused")
