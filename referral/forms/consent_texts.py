"""What is read aloud, part by part."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from referral.forms.acts import ActForm, Text
from referral.models import ConsentText
from referral.talks import INTRODUCTION, PARTS, Point

LONGEST = 1200


class ConsentTextForm(ActForm):
    def __init__(self, *args: Any, text: ConsentText, aid: bool, **kwargs: Any) -> None:
        """Args: aid: a sentence that nobody is sure of stays empty, and the French one is read."""
        super().__init__(*args, version=text.version, **kwargs)
        for name in PARTS:
            self.fields[name] = Text(
                label=part_label(name),
                max_length=LONGEST,
                required=not aid,
                initial=getattr(text, name),
                error_messages={"required": _("Write what is to be read aloud.")},
            )

    def parts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PARTS}


def part_label(name: str) -> str:
    field = ConsentText._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 - every part is a column
    label = str(field.verbose_name)
    if name == INTRODUCTION or name in Point:
        return label
    return str(_("May be shared: %(group)s")) % {"group": label.lower()}
