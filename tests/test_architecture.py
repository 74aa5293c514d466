"""The conventions that bite without a reviewer."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.template import engines
from django.template.loader import get_template

from audit.history import Recorded
from partners.enums import Role

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [*settings.RELAIS_APPS, "config"]
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
LONGEST = 400


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_file_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


#: Rows with a state of their own that no lifecycle moves, by the names that the code gives them.
PLAIN_STATES = {"held", "stayed", "placement", "delivery", "Delivery", "Placement", "complaint"}


def root_of(node: ast.expr) -> str:
    """The name that a chain of attributes and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def states_written(tree: ast.Module) -> set[str]:
    """Names of what the code gives a state, by assignment or by update()."""
    written = set()
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(part, ast.Attribute) and part.attr == "state":
                    written.add(root_of(part.value))
        updates = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and "update" in node.func.attr
        )
        if updates and any(keyword.arg == "state" for keyword in node.keywords):
            written.add(root_of(node.func.value))
    return written


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_state_is_written_by_its_lifecycle_alone(path: Path) -> None:
    allowed = PLAIN_STATES
    if named(path) == "referral/grants.py":  # copies the state of the referral it follows
        allowed = allowed | {"ReferralGrant"}
    assert states_written(ast.parse(path.read_text())) <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_nothing_is_left_unfinished_or_silenced(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)
    assert not re.search(r"except( Base)?Exception( as \w+)?:\s*(#.*)?\n\s+(pass|continue)\b", text)
    assert "except:" not in text


def recorded() -> list[type[Recorded]]:
    return [
        m for m in apps.get_models() if issubclass(m, Recorded) and m._meta.app_label in settings.RELAIS_APPS
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("model", recorded(), ids=lambda model: model._meta.label)
def test_every_recorded_table_is_guarded(model: type[Recorded]) -> None:
    """A model without its triggers would lose history silently."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
        assert {"version_guard", "history_guard"} <= {name for (name,) in cursor.fetchall()}


def test_there_are_case_models_to_guard() -> None:
    assert {"referral.Referral", "referral.Person", "referral.Consent"} <= {m._meta.label for m in recorded()}


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_compiles(path: Path) -> None:
    assert get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_is_used(path: Path) -> None:
    name = str(path.relative_to(ROOT / "templates"))
    if name.startswith("account/"):  # allauth names these itself
        return
    users = [p.read_text() for p in [*SOURCES, *TEMPLATES] if p != path]
    stem = name.rsplit("/", 1)[-1].removesuffix(".html")
    direct = any(name in text for text in users)
    # Error pages and pages of one act are named by a variable.
    assert direct or any(f'"{stem}"' in text or f"{name.rsplit('/', 1)[0]}/{{" in text for text in users)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_runs_no_script_and_loads_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|\son(click|load|submit|change)=", text)
    assert not re.search(r"(src|href|action)=\"https?://", text)


def test_the_pages_engine_is_the_first() -> None:
    assert next(iter(engines)) == "pages"


def test_every_role_is_in_the_glossary_of_the_design() -> None:
    assert {str(role) for role in Role} == {
        "reporter",
        "caseworker",
        "focal_point",
        "supervisor",
        "justice",
        "coordinator",
        "auditor",
        "statistician",
        "administrator",
    }
