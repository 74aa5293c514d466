"""Papers: a template of ours and data, typeset without touching a file or the network. No model, no request."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "pdf"


@cache
def _template(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def typeset(name: str, data: Mapping[str, Any]) -> bytes:
    """A PDF/UA-1 file in memory.

    Args:
        name: of a template in templates/pdf.
        data: reaches the template as JSON alone, so that no word of it is ever read as an instruction.
    """
    # Everything that a template could read or fetch is this empty folder.
    with TemporaryDirectory() as nothing:
        typesetter = typst.Compiler(
            _template(name),
            root=nothing,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            package_path=nothing,
            package_cache_path=nothing,
        )
        made = typesetter.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made
