"""What every form that acts carries, and the fields that several share."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

NAME, LINE, TEXT = 80, 200, 4000


class ActForm(forms.Form):
    """An idempotency key, so that a form sent twice acts once, and the version that was shown."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version is not None:
            self.fields["version"].initial = version

    def typed(self) -> dict[str, Any]:
        """What was typed, for a draft: the raw words, without key and token."""
        return {name: self.data.getlist(name) for name in self.fields if name not in ("key", "version") and name in self.data}


class Text(forms.CharField):
    """Free words of some length; stripped, and NUL refused by Django."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int = TEXT, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)


def choices_with_refusal(choices: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    """A sensitive question always has "does not wish to answer"."""
    return [*choices, ("", _("Does not wish to answer"))]
