"""How the tests hand in a register and fetch one."""

import os
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags

from audit import clock
from referral.enums import AgeBand
from referral.htcds.mapping import OFFICIAL
from referral.htcds.reading import Register, read
from referral.models import ImportBatch
from referral.queries.exchange import regions_by_word
from tests import cast as c
from tests.referral.pages import press, sign_in
from tests.working import work

ROWS = 2000 if os.environ.get("FULL") == "1" else 30


def upload(cast: c.Cast, content: bytes, **typed: Any) -> Any:
    file = SimpleUploadedFile("registre.xlsx", content)
    given = {
        "file": file,
        "owner": str(cast.aissatou.pk),
        "region": str(cast.region.pk),
        "addresses": "names",
    }
    return press(sign_in(cast.bineta), reverse("import_new"), **given | typed)


def kept(cast: c.Cast, content: bytes, **typed: Any) -> ImportBatch:
    answer = upload(cast, content, **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return ImportBatch.objects.get(pk=answer["Location"].strip("/").rpartition("/")[2])


def written(cast: c.Cast, content: bytes) -> ImportBatch:
    batch = kept(cast, content)
    assert press(sign_in(cast.bineta), reverse("import", args=[batch.pk])).status_code == 302
    work()
    batch.refresh_from_db()
    return batch


def again(content: bytes) -> Register:
    bands = frozenset(AgeBand.values)
    return read(content, today=clock.now().date(), regions=regions_by_word(), bands=bands)


def words(page: Any) -> str:
    """What one reads on it."""
    return " ".join(strip_tags(page.content.decode()).split())


def official(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in OFFICIAL}


def fetched(cast: c.Cast, profile: str = "template") -> bytes:
    """Asked for by one supervisor's caseworker, approved by the supervisor, written by the worker."""
    browser = sign_in(cast.aissatou)
    asked = press(browser, reverse("export_new"), profile=profile, purpose="reprise du registre")
    url = asked["Location"]
    assert press(sign_in(cast.bineta), url, approve="yes").status_code == 302
    work()
    answer = browser.get(f"{url}file/")
    assert answer.status_code == 200
    return bytes(answer.content)


DECIDED = ("vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg")
