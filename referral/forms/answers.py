"""Whose delays? The filter above the pictures."""

from typing import Any

from partners.forms.directory import ProviderFilter


class AnswersFilter(ProviderFilter):
    """Region of the receiving organisation and service, as in the directory."""

    def __init__(self, *args: Any, every: bool, **kwargs: Any) -> None:
        """Args: every: of all organisations; one alone has one region."""
        super().__init__(*args, **kwargs)
        for name in ("kind",) if every else ("kind", "region"):
            del self.fields[name]
