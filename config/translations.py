"""French and English texts, without GNU gettext: Babel extracts, merges, compiles.

python -m config.translations update    new and changed msgids into locale/fr
python -m config.translations compile   what runs reads
python -m config.translations check     fails when French is not complete
"""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
HEADER = "# French texts of Relais; English is the msgid."
BREAKABLE = re.compile("« | [:;?!»]")  # French wants a no-break space there
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = ("config", "crypto", "audit", "partners", "referral", "reporting", "templates")
METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "config.translations:templates"),
    ("**.txt", "config.translations:templates"),
]
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def templates(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Iterable[Any]:
    """Babel's view of a Django template: Django itself turns it into something that looks like Python."""
    # What is not a message becomes a row of signs, whose indentation is none to Python.
    code = "\n".join(line.lstrip() for line in templatize(file.read().decode()).splitlines())
    return extract_python(BytesIO(code.encode()), keywords, tags, {"encoding": "utf-8"})


def catalog() -> Catalog:
    """Without dates and names, which would change a committed file for nothing."""
    return Catalog(
        "fr", project="Relais", header_comment=HEADER, charset="utf-8", fuzzy=False, creation_date=EPOCH
    )


def extracted() -> Catalog:
    found = catalog()
    for source in SOURCES:
        messages = extract_from_dir(ROOT / source, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
        for filename, _line, msgid, comments, context in messages:
            found.add(msgid, locations=[(f"{source}/{filename}", 0)], auto_comments=comments, context=context)
    return found


def current() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def updated() -> Catalog:
    """What was translated, with what the source says now."""
    known = current() if PO.exists() else catalog()
    fresh = extracted()
    for message in fresh:
        if message.id and (old := known.get(message.id, message.context)) is not None:
            message.string, message.flags, message.user_comments = (
                old.string,
                message.flags | (old.flags & {"fuzzy"}),
                old.user_comments,
            )
    return fresh


def faults(texts: Catalog) -> Iterator[str]:
    for message in texts:
        if not message.id:
            continue
        name = repr(message.id if isinstance(message.id, str) else message.id[0])
        french = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.fuzzy or not all(french):
            yield f"Not in French: {name}"
            continue
        for error in message.check(texts):
            yield f"{name}: {error}"
        if any(BREAKABLE.search(str(text)) for text in french):
            yield f"{name}: a space that may break the line stands before : ; ? ! » or after «"


def compile_() -> None:
    """Written aside and renamed: a running process never reads half of a file."""
    if PO.exists():
        fresh = PO.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, current())
        fresh.replace(PO.with_suffix(".mo"))


def check() -> int:
    texts = updated()
    problems = list(faults(texts))
    if set(map(_key, texts)) != set(map(_key, current())):
        problems.append("locale/fr is not up to date: python -m config.translations update")
    print("\n".join(problems) or "French is complete.")
    return 1 if problems else 0


def _key(message: Message) -> tuple[Any, str | None]:
    return message.id, message.context


def main(command: str) -> int:
    if not settings.configured:
        settings.configure()  # for Django's reading of templates
    if command == "update":
        PO.parent.mkdir(parents=True, exist_ok=True)
        texts = updated()
        with PO.open("wb") as file:
            write_po(file, texts, width=110, include_lineno=False, sort_output=True)
    elif command == "compile":
        compile_()
    elif command == "check":
        return check()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
