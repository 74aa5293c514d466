"""Who did and saw what: an auditor opens every page of supervision after everything sealed was planted in the files."""

from typing import Any

from django.urls import reverse

from referral.models import Case
from referral.unusual import DENIED_LEAST
from tests import canary
from tests.referral.story import Story

TYPED = {"checked": "remarque canari du contrôle"}


def play(story: Story, trace: Any) -> None:
    before = len(trace.bodies)
    khady = story.browser("khady")
    for case in Case.objects.all():
        for name in ("supervised_file", "supervised_file_print", "supervised_file_looks"):
            assert khady.get(reverse(name, args=[case.pk])).status_code == 200
    for name in ("supervised_files", "supervised_people", "unusual_access"):
        assert khady.get(reverse(name)).status_code == 200
    for user in story.cast.people.values():
        assert khady.get(reverse("supervised_person", args=[user.pk])).status_code == 200
    shown = trace.bodies[before:]
    assert len(shown) > 20
    assert not any(canary.planted(body) for body in shown), canary.READS_NOTHING_SEALED["khady"]
    knocks(story)
    page = khady.get(reverse("unusual_access")).context["rules"]
    [url] = [row["url"] for rule in page for row in rule["rows"] if row["who"] == "Ousmane"]
    story.does("khady", url, result="reminded", note=TYPED["checked"])
    assert TYPED["checked"] in khady.get(url).content.decode()


def knocks(story: Story) -> None:
    """Ousmane asks for a file that is not his until it is out of the ordinary."""
    case = Case.objects.all()[0]
    for _each in range(DENIED_LEAST):
        assert story.status("ousmane", "case", case.pk) == 404
