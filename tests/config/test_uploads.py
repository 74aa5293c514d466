"""How a body with files is read: in memory, to the limit, and not at all where it is far beyond."""

import tempfile
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory

from config.uploads import FURTHEST

MB = 1024 * 1024


def request(*sizes: int) -> Any:
    files = {f"file{n}": SimpleUploadedFile(f"{n}.pdf", b"x" * size) for n, size in enumerate(sizes)}
    return RequestFactory().post("/", files | {"after": "typed"})


def test_no_handler_writes_to_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = request(9 * MB).FILES
    assert files["file0"].read() == b"x" * 9 * MB
    assert list(tmp_path.iterdir()) == []
    assert settings.FILE_UPLOAD_HANDLERS == ["config.uploads.InMemory"]


def test_of_what_is_too_large_nothing_is_kept_and_the_form_still_arrives() -> None:
    asked = request(10 * MB + 1)
    assert (asked.FILES["file0"].size, asked.FILES["file0"].read()) == (10 * MB + 1, b"")
    assert asked.POST["after"] == "typed"


def test_the_limit_is_for_all_files_of_a_form_together() -> None:
    files = request(6 * MB, 6 * MB, 1).FILES
    assert [len(files[f"file{n}"].read()) for n in range(3)] == [6 * MB, 0, 0]


def test_the_memory_is_bounded_whatever_comes() -> None:
    asked = request(10 * MB, 10 * MB, 10 * MB)
    tracemalloc.start()
    assert asked.FILES["file2"].size == 10 * MB
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25 * MB


def test_what_is_far_too_large_is_not_read() -> None:
    class Unread(BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read")

    asked = RequestFactory().post("/").environ | {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(FURTHEST * 10 * MB + 1),
        "wsgi.input": Unread(),
    }
    with pytest.raises(RequestDataTooBig):
        _ = WSGIRequest(asked).POST


@pytest.mark.django_db(databases=["default", "audit"])
def test_it_is_answered_in_words() -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/accounts/login/")
    far_too_long = {"CONTENT_LENGTH": str(FURTHEST * 10 * MB + 1)}
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", "/accounts/login/", b"--x", content_type=kind, **far_too_long)
    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()
