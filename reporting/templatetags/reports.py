"""Figures under the words of their columns, which a phone shows beside each."""

from collections.abc import Iterator, Sequence

from django import template

from reporting.tables import Figure, Row

register = template.Library()


@register.filter
def headed(row: Row, columns: Sequence[str]) -> Iterator[tuple[str, Figure]]:
    return zip(columns, row.figures, strict=True)
