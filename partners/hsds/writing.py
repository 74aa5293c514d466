"""The package: one JSON file per table of the standard, in a folder or a zip file."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.utils import translation

from partners.hsds import mapping, taxonomies
from partners.hsds.standard import Table
from partners.queries.published import Audience, published_organisations, published_services

ORGANIZATIONS, SERVICES = "organizations.json", "services.json"
TAXONOMIES, TERMS = "taxonomies.json", "taxonomy_terms.json"
#: In the order in which they are read.
FILES = (TAXONOMIES, TERMS, ORGANIZATIONS, SERVICES)

Package = Mapping[str, list[dict[str, Any]]]


def package(reader: Audience) -> Package:
    """What a partner may read of the directory, in French whoever asks; without counts, which age within hours."""
    with translation.override("fr"):
        return {
            TAXONOMIES: _plain(taxonomies.taxonomies()),
            TERMS: _plain(term for name in taxonomies.List for term in taxonomies.terms(name)),
            ORGANIZATIONS: _plain(
                mapping.organization(row, reader) for row in published_organisations(reader)
            ),
            # When a row was changed is known of this installation only: it is no part of what is said.
            SERVICES: _plain(
                mapping.service(row, reader).model_copy(update={"last_modified": None})
                for row in published_services(reader)
            ),
        }


def write(found: Package, target: Path) -> None:
    """To a folder, or to one file when the name ends in .zip; the same bytes for the same directory."""
    texts = {name: json.dumps(found[name], ensure_ascii=False, indent=1) + "\n" for name in FILES}
    if target.suffix == ".zip":
        target.write_bytes(_zipped(texts))
        return
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")


def _zipped(texts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _plain(rows: Iterable[Table]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", exclude_none=True) for row in rows]
