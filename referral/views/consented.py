"""Conversations about consent and who stands beside the child, as the page of a file shows them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from partners.enums import CodeList
from partners.queries import code_label
from partners.templatetags.interface import day
from referral.guardians import Standing, barred
from referral.models import Case, ConsentTalk, Guardian
from referral.queries.files import ConsentLine
from referral.queries.talks import talks_of, withdrawals_of
from referral.talks import Answer, Point, Tongue, ends
from referral.views.talk import sheet_url


def of_case(case: Case) -> dict[str, Any]:
    """What templates/referral/case/talks.html shows. The look at the file is the caller's."""
    return {
        "rows": [_talk(case, talk) for talk in talks_of(case)],
        "blank": [(tongue.label, sheet_url(case, tongue)) for tongue in Tongue],
        "withdrawal_url": sheet_url(case, kind="withdrawal") if withdrawals_of(case).exists() else "",
    }


def declined(rows: Sequence[dict[str, Any]], consents: Sequence[ConsentLine]) -> str:
    """What somebody who has agreed to nothing said the last time; empty where nothing was refused.

    Args:
        rows: of `of_case`, the newest first.
    """
    if rows and rows[0]["ended"]:
        return _("On %(day)s the person did not wish to talk about it.") % {"day": day(rows[0]["at"])}
    if refused := [line.at for line in consents if line.at and not line.given]:
        return _("On %(day)s the person agreed to nothing being shared.") % {"day": day(max(refused))}
    return ""


def _talk(case: Case, talk: ConsentTalk) -> dict[str, Any]:
    """In codes: no word of the child, no name."""
    said = talk.answers
    return {
        "at": talk.held_at,
        "language": code_label(CodeList.LANGUAGE, talk.language),
        "ended": ends(said),
        "points": [(Point(point).label, Answer(said[point]).label) for point in Point if point in said],
        "guardian": talk.guardian.get_relation_display() if talk.guardian else "",
        "guardian_barred": (barred(talk.guardian) or "") if talk.guardian else "",
        "assent": bool(talk.assent),
        "original": _("A signed sheet is kept in the office") if talk.original else "",
        "sheet_url": sheet_url(case, talk=str(talk.pk)),
    }


def short(guardian: Guardian) -> dict[str, Any]:
    """Somebody beside the child, in codes, without a name."""
    waits = (
        _("proposed: %(standing)s") % {"standing": Standing(guardian.proposed).label.lower()}
        if guardian.proposed and guardian.proposed != guardian.standing
        else _("to be confirmed by a second person")
        if guardian.proposed
        else ""
    )
    return {
        "relation": guardian.get_relation_display(),
        "state": guardian.standing,
        "label": guardian.get_standing_display(),
        "waits": waits,
    }
