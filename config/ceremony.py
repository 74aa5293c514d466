"""What people do with the sealed keys at a terminal: seal, share anew, open (docs/ceremony.en.md).

Whoever types is an official and not an engineer: every refusal is a sentence, and changes nothing.
"""

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from crypto import envelope, shares
from crypto.errors import KeyUnavailable, SharesRefused, WrongKey
from crypto.providers import FileKeyProvider, disk, keyset

Say = Callable[[str], object]
PAGE = "\f"


def typed(prompt: str, *, hidden: bool = False) -> str:
    """One line from the person at the terminal, or from a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt) if hidden else input(prompt)
    line = sys.stdin.readline()
    if not line:
        raise CommandError("Nothing more was typed.")
    return line.rstrip("\n")


def new_passphrase() -> str:
    passphrase = typed("Phrase de passe / passphrase: ", hidden=True)
    if len(passphrase) < envelope.SHORTEST_PASSPHRASE:
        raise CommandError(
            f"A passphrase has at least {envelope.SHORTEST_PASSPHRASE} characters, best six words."
        )
    if typed("Encore une fois / once more: ", hidden=True) != passphrase:
        raise CommandError("The two are not the same: nothing was made.")
    return passphrase


def three_shares(say: Say) -> list[str]:
    """Each is looked at as it is typed, and asked for again where a word is wrong."""
    found: dict[int, str] = {}
    while len(found) < shares.NEEDED:
        text = typed(
            f"Part {len(found) + 1} sur {shares.NEEDED} / share {len(found) + 1} of {shares.NEEDED}: "
        )
        try:
            share = shares.heard(text)
        except SharesRefused as error:
            say(str(error))
            continue
        if share.index in found:
            say("This share was typed already: another holder's is needed.")
            continue
        found[share.index] = text
    return list(found.values())


def opened(path: Path, say: Say, *, by_passphrase: bool) -> envelope.Opened:
    """The sealed keys, in this process. Raises CommandError."""
    try:
        if by_passphrase:
            return envelope.open_by_passphrase(path, typed("Phrase de passe / passphrase: ", hidden=True))
        return envelope.open_by_shares(path, three_shares(say))
    except (WrongKey, SharesRefused, KeyUnavailable) as error:
        raise CommandError(str(error)) from None


def seal(
    path: Path, say: Say, *, fresh: bool, passphrase: bool, in_shares: bool, sheets: Path | None
) -> None:
    """Seals the keys of the key file, or new ones, and tries three shares before the file counts."""
    if path.exists():
        raise CommandError(f"{path} is there already: reshare makes new shares for it.")
    if not passphrase and not in_shares:
        raise CommandError("Say how it is opened: --shares, --passphrase, or both.")
    content = keyset.new_content() if fresh else _of_the_key_file()
    _keep(
        path,
        say,
        content,
        now=lambda: content if fresh else _of_the_key_file(),
        passphrase=passphrase,
        in_shares=in_shares,
        sheets=sheets,
    )
    say(f"{path} is sealed.")


def reshare(path: Path, say: Say, *, by_passphrase: bool, sheets: Path | None) -> None:
    """New shares, and a new passphrase where there was one: the former ones open no file written from now on."""
    known = opened(path, say, by_passphrase=by_passphrase)
    _keep(
        path,
        say,
        known.content,
        now=lambda: envelope.reopened(path, known.file_key),
        passphrase="passphrase" in envelope.kinds(path),
        in_shares=True,
        sheets=sheets,
    )
    say(
        f"{path} has new shares. The former ones still open former copies of it: destroy those, and the sheets."
    )
    say("Open the key agent again (keys open). Then keys rotate, and keys shred when the backups have ended.")


def _of_the_key_file() -> dict[str, Any]:
    try:
        FileKeyProvider(settings.RELAIS_KEY_FILE)
        return disk.read(settings.RELAIS_KEY_FILE)
    except KeyUnavailable as error:
        raise CommandError(f"{error} For new keys: --fresh.") from None


def _keep(
    path: Path,
    say: Say,
    content: dict[str, Any],
    *,
    now: Callable[[], dict[str, Any]],
    passphrase: bool,
    in_shares: bool,
    sheets: Path | None,
) -> None:
    """Writes beside, opens what was written by what people hold now, and only then lets it count.

    Args:
        now: the keys as they stand at the end: an epoch that came while people typed would be lost.
    """
    file, made = envelope.sealed(
        content, passphrase=new_passphrase() if passphrase else "", in_shares=in_shares
    )
    beside = path.with_name(f"{path.name}.new")
    try:
        disk.create(beside, file)
    except FileExistsError:
        raise CommandError(
            f"{beside} is left from an interrupted ceremony: delete it, and begin again."
        ) from None
    try:
        if made:
            _hand_out(made, say, sheets)
            say("Now three of the new shares are typed, to prove that they open the keys.")
            if opened(beside, say, by_passphrase=False).content != content:
                raise CommandError("What came out is not what went in: nothing was kept.")
        with disk.alone(path):
            if now() != content:
                raise CommandError("The keys were renewed meanwhile: nothing was kept. Begin again.")
            disk.move(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _hand_out(made: list[str], say: Say, sheets: Path | None) -> None:
    pages = PAGE.join(shares.sheet(share, f"{timezone.localdate():%d/%m/%Y}") for share in made)
    if sheets is None:
        say(pages)
        return
    try:
        with open(os.open(sheets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(pages)
    except OSError as error:
        raise CommandError(f"{sheets} cannot be written: {error.strerror}.") from None
    say(f"The sheets are in {sheets}, one share a page: print them, then delete the file.")
