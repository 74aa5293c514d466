"""In which order do names stand where people look for them? As in a dictionary: Élise beside Elhadj, not after Zoé.

The database compares bytes (its embedded build knows no language), so accents and capitals are taken off first.
"""

from django.db.models import CharField, Func

from crypto.blind_index import normalise


class Alphabetical(Func):
    """For `order_by`: the name of a column or of one behind it."""

    arity = 1
    output_field = CharField()
    template = "lower(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'))"


def alphabetical(name: str) -> str:
    """The same order, for `sorted`."""
    return normalise(name)
