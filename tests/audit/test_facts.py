"""An event holds codes, ids and names of fields."""

import pytest

from audit import facts
from audit.enums import Verb
from audit.errors import FactRefused
from audit.models import Event

CODES = {
    "verb": "view",
    "object_type": "referral.case",
    "fields": ["name", "person.phone"],
    "scope": "CASE",
    "reason_code": "NO_PLACE",
}
FREE_TEXT = ["Fatou Diop", "fatou diop", "elle a fui\n", "é", "a" * 200, "ok\n", "x;y", "\0", None, 7]


def test_codes_pass():
    facts.require_codes(Event(**CODES))


@pytest.mark.parametrize("verb", [*Verb.values, "admin.invite", "transition.step_back"])
def test_verbs_pass(verb):
    facts.require_codes(Event(**CODES | {"verb": verb}))


@pytest.mark.parametrize(
    "verb", ["viewed", "admin", "admin.", "admin.Fatou", "case.close", "view ", "view\n", ""]
)
def test_other_verbs_are_refused(verb):
    with pytest.raises(FactRefused):
        facts.require_codes(Event(**CODES | {"verb": verb}))


@pytest.mark.parametrize("text", FREE_TEXT)
@pytest.mark.parametrize(
    "column", ["verb", "object_type", "scope", "outcome", "reason_code", "ip_class", "session_hash", "fields"]
)
def test_free_text_is_refused_and_not_repeated(column, text):
    with pytest.raises(FactRefused) as refusal:
        facts.require_codes(Event(**CODES | {column: [text] if column == "fields" else text}))
    assert not isinstance(text, str) or text not in str(refusal.value)


def test_detail_is_a_mapping():
    facts.require_detail({"ids": []})
    facts.require_detail(None)
    with pytest.raises(FactRefused):
        facts.require_detail("elle a fui")
