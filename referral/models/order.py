"""The internal order of lists: a number of the database's, never shown (design §4, Ids)."""

from django.db.models import BigIntegerField, Func, Value


def next_number(sequence: str) -> Func:
    return Func(Value(sequence), function="nextval", output_field=BigIntegerField())
