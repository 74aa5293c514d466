"""What every form that acts carries, and the fields that several share."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

NAME, LINE, TEXT = 80, 200, 4000
_INCOMPLETE = {
    "required": _("This page is incomplete. Open it again."),
    "invalid": _("This page is incomplete. Open it again."),
}


class ActForm(forms.Form):
    """An idempotency key, so that a form sent twice acts once, and the version that was shown."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, error_messages=_INCOMPLETE)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, error_messages=_INCOMPLETE)
    data: Any
    #: The row has changed since the form was loaded; set by whoever tried to act on it.
    stale = False

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version is not None:
            # A form that left its version out would act on whatever the row has become.
            self.fields["version"].initial, self.fields["version"].required = version, True

    def renew(self, version: int) -> None:
        """After a stale attempt: what was typed stays, and the next press decides on the row as it is now."""
        if self.stale:
            self.data = self.data.copy()
            self.data["version"] = str(version)


class QuestionForm(ActForm):
    """Many questions, of which a page shows some."""

    def __init__(self, *args: Any, only: Iterable[str] | None = None, **kwargs: Any) -> None:
        """
        Args:
            only: names of the questions that this page asks; all of them unless said.
        """
        super().__init__(*args, **kwargs)
        if only is not None:
            kept = {"key", "version", *only}
            self.fields = {name: field for name, field in self.fields.items() if name in kept}


class Text(forms.CharField):
    """Free words of some length; stripped, and NUL refused by Django."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int = TEXT, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
