"""What `manage.py audit ACT` does: a module here is an act, `verify_rows.py` is `audit verify-rows`."""

from argparse import ArgumentParser
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from django.core.management.base import OutputWrapper


class Act(Protocol):
    HELP: str

    def arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, out: OutputWrapper, options: dict[str, Any]) -> None:
        """Raises CommandError when what was asked for did not come out well."""
        ...


def acts() -> dict[str, Act]:
    return {
        each.name.replace("_", "-"): cast(Act, import_module(f"{__name__}.{each.name}"))
        for each in iter_modules(__path__)
    }
