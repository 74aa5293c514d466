"""The words of the coded lists, in the language of the reader."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from partners.models import Code

#: Every page shows codes, so each process keeps them; another process learns of a change after this many seconds.
#: Nothing is decided by a label, so being late is harmless; the shared cache would cost a query per page.
TTL = 30.0


@dataclass(frozen=True)
class Word:
    code: str
    fr: str
    en: str
    active: bool

    @property
    def label(self) -> str:
        return self.en if (get_language() or "fr").startswith("en") else self.fr


class Words:
    """All lists as they were at one moment."""

    def __init__(self) -> None:
        self.until = time.monotonic() + TTL

    @cached_property
    def lists(self) -> dict[str, dict[str, Word]]:
        lists: dict[str, dict[str, Word]] = {}
        for code in Code.objects.order_by("list", "rank", "fr"):
            lists.setdefault(code.list, {})[code.code] = Word(code.code, code.fr, code.en, code.active)
        return lists


_words = Words()


def forget_codes() -> None:
    """For the process that has just changed one."""
    global _words
    _words = Words()


def _of(name: str) -> dict[str, Word]:
    if time.monotonic() > _words.until:
        forget_codes()
    return _words.lists.get(str(name), {})


def code_labels(name: str) -> dict[str, str]:
    """Every code of the list, retired ones too: rows of the past still carry them."""
    return {word.code: word.label for word in _of(name).values()}


def code_label(name: str, code: str) -> str:
    """The code itself when no list knows it, which a reader can at least report."""
    word = _of(name).get(code)
    return word.label if word else code


def code_choices(name: str) -> list[tuple[str, str]]:
    """What can be chosen today, in the ministry's order."""
    return [(word.code, word.label) for word in _of(name).values() if word.active]


def htcds_names(name: str, codes: Iterable[str]) -> tuple[str, ...]:
    """What the standard calls codes of ours, each once; a ministry's own code that it has no name for is left out.

    A code that the list does not hold is the standard's own, as a register brought it: it goes out as it came.
    """
    codes = list(codes)
    known = dict(Code.objects.filter(list=name, code__in=set(codes)).values_list("code", "htcds"))
    return tuple(dict.fromkeys(known.get(code, code) for code in codes if known.get(code, code)))


def codes_by_htcds(name: str) -> dict[str, Code]:
    """For each name of the standard the code of the list that stands for it: the one called so, else the first."""
    rows = Code.objects.filter(list=name).exclude(htcds="").order_by("-rank")
    return {
        row.htcds: row for row in sorted(rows, key=lambda row: row.code.casefold() == row.htcds.casefold())
    }


def labels_by_htcds(name: str) -> dict[str, str]:
    """The words of a list by the name that the standard gives each code."""
    return {htcds: row.label for htcds, row in codes_by_htcds(name).items()}
