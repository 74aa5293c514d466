"""What is asked in a conversation about consent, and in which words? Pure (domain §3.4, HTCDS section Consent)."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.enums import Group


class Point(TextChoices):
    """The seven things that HTCDS 2.0 asks separately, in the order in which they are said."""

    AGREES = "agrees", _("Agrees to this conversation")
    PURPOSE = "purpose", _("Knows why things are written down")
    USES = "uses", _("Knows who may use them, and how")
    RESEARCH = "research", _("Knows that numbers without names are counted")
    ACCESS = "access", _("Knows that she or he may ask for what is written")
    RETENTION = "retention", _("Knows how long it is kept")
    WITHDRAWAL = "withdrawal", _("Knows how to change her or his mind")


class Answer(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSAID = "unsaid", _("Does not wish to answer")


class Tongue(TextChoices):
    """A language in which the text is kept."""

    FR = "fr", _("French")
    EN = "en", _("English")
    WO = "wo", _("Wolof")
    FF = "ff", _("Pulaar")


#: Not whole texts: a sentence in French, and below it how one may say it.
AIDS = frozenset({Tongue.WO, Tongue.FF})
#: Codes of the list of languages whose text there is.
SPOKEN: Mapping[str, Tongue] = {"fra": Tongue.FR, "eng": Tongue.EN, "wol": Tongue.WO, "fuc": Tongue.FF}


class Listener(TextChoices):
    ADULT = "adult", _("An adult")
    CHILD = "child", _("A child")


INTRODUCTION = "introduction"
#: The parts of a text, each a column of `ConsentText`, in reading order.
PARTS: tuple[str, ...] = (INTRODUCTION, *(point.value for point in Point), *(group.value for group in Group))

#: The way of consenting that is off until a ministry turns it on: a thumbprint is biometric.
THUMBPRINT = "thumbprint"
#: Nobody of those recorded agrees for the child: a ground, the judge, the prosecutor or AEMO.
NOBODY = "nobody"


def ends(answers: Mapping[str, str]) -> bool:
    """Without a yes to the conversation itself, where it was asked, there is none."""
    return answers.get(Point.AGREES, Answer.YES) != Answer.YES
