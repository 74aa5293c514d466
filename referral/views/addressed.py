"""What is said to the person whom a file is about, aloud or on a sheet: French has a word for a child."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from referral.enums import Group


def group_aloud(group: str, *, child: bool) -> str:
    """A group of fields as one says it to a person, in plain words; a child is addressed as a child."""
    said = _TO_A_CHILD if child else _TO_AN_ADULT
    return str(said[Group(group)])


def offer_aloud(*, child: bool) -> str:
    """What is said before one asks what an organisation may know: to be filled with its name and its services."""
    if child:
        return pgettext(
            "to a child",
            "%(organisation)s would like to help you with: %(services)s. Before they say yes they see no name. "
            "If they say yes, may they know:",
        )
    return _(
        "%(organisation)s would like to help you with: %(services)s. Before they say yes they see no name. "
        "If they say yes, may they know:"
    )


_TO_AN_ADULT: Mapping[str, str | Promise] = {
    Group.IDENTITY: gettext_lazy(
        "your name, how you wish to be called, your date of birth, your nationality"
    ),
    Group.CONTACT: gettext_lazy("how to reach you without danger"),
    Group.NEEDS: gettext_lazy("what you need, and the languages you speak"),
    Group.HEALTH: gettext_lazy("what carers must know about your health"),
    Group.LEGAL: gettext_lazy("your situation with the law: complaint, papers, residence"),
    Group.NARRATIVE: gettext_lazy("what you have told about what happened"),
    Group.CHILDREN: gettext_lazy("the ages of the children who are with you"),
    Group.DOCUMENTS: gettext_lazy("which papers there are"),
}
_TO_A_CHILD: Mapping[str, str | Promise] = {
    **_TO_AN_ADULT,
    Group.IDENTITY: pgettext_lazy(
        "to a child", "your name, how you wish to be called, your date of birth, your country"
    ),
    Group.CONTACT: pgettext_lazy("to a child", "how to reach you without danger"),
    Group.NEEDS: pgettext_lazy("to a child", "what you need, and the languages you speak"),
    Group.HEALTH: pgettext_lazy("to a child", "what carers must know about your health"),
    Group.LEGAL: pgettext_lazy("to a child", "your situation with the law: complaint, papers, residence"),
    Group.NARRATIVE: pgettext_lazy("to a child", "what you have told about what happened"),
    Group.CHILDREN: pgettext_lazy("to a child", "the ages of the children who are with you"),
}


def sheet(*, child: bool) -> Mapping[str, str]:
    """The sentences of the sheet of everything that is held, by the name that the template gives them."""
    return {name: str(said) for name, said in (_SHEET_OF_A_CHILD if child else _SHEET).items()}


_SHEET: Mapping[str, str | Promise] = {
    "title": gettext_lazy("What is held about you"),
    "asked": gettext_lazy(
        "You asked on %(day)s what is held about you (%(organisation)s). "
        "This is all of it, but for what is named at the end."
    ),
    "agreed": gettext_lazy("What you agreed to"),
    "grounds": gettext_lazy("What the law let be shared without your agreement"),
    "nameless": gettext_lazy("Asked on %(day)s, without your name."),
    "unshown": gettext_lazy("Nothing that says who you are was shown to it."),
    "looks": gettext_lazy("Who has looked at your file"),
    "requests": gettext_lazy("What you have asked for"),
    "rights": gettext_lazy(
        "You may ask that something is corrected, object to a use, or ask for the erasure. "
        "You may also turn to the Commission de protection des données personnelles."
    ),
}
_SHEET_OF_A_CHILD: Mapping[str, str | Promise] = {
    "title": pgettext_lazy("to a child", "What is held about you"),
    "asked": pgettext_lazy(
        "to a child",
        "You asked on %(day)s what is held about you (%(organisation)s). "
        "This is all of it, but for what is named at the end.",
    ),
    "agreed": pgettext_lazy("to a child", "What you agreed to"),
    "grounds": pgettext_lazy("to a child", "What the law let be shared without your agreement"),
    "nameless": pgettext_lazy("to a child", "Asked on %(day)s, without your name."),
    "unshown": pgettext_lazy("to a child", "Nothing that says who you are was shown to it."),
    "looks": pgettext_lazy("to a child", "Who has looked at your file"),
    "requests": pgettext_lazy("to a child", "What you have asked for"),
    "rights": pgettext_lazy(
        "to a child",
        "You may ask that something is corrected, object to a use, or ask for the erasure. "
        "You may also turn to the Commission de protection des données personnelles.",
    ),
}
