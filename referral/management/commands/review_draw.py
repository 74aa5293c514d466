from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.work import at_work
from referral.models import FileReview
from referral.services import review_draws


class Command(BaseCommand):
    help = (
        "Draws the reviews of the last quarter, or with an id and --check draws one again from what was kept and says "
        "whether it is the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("review", nargs="?", type=UUID, help="id of a review, as in its address")
        parser.add_argument("--check", action="store_true", help="changes nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] != (options["review"] is not None):
            raise CommandError("Give the id of a review with --check, or neither.")
        if options["check"]:
            self._check(options["review"])
            return
        with at_work() as at:
            drawn = review_draws.draw_due(at=at)
        self.stdout.write(f"{len(drawn)} reviews drawn.")

    def _check(self, pk: UUID) -> None:
        with at_work():
            review = FileReview.objects.select_related("seed").filter(pk=pk).first()
            if review is None:
                raise CommandError("There is no such review.")
            found = review_draws.draw_again(review)
        self.stdout.write(f"number      {review.seed.value} ({review.seed.source})")
        self.stdout.write(f"population  {len(review.population)} files, SHA-256 {review.population_digest}")
        for label, holds in (
            ("seed", found.seed),
            ("digest", found.digest),
            ("draw", found.same),
            ("history", found.history),
        ):
            self.stdout.write(f"{label:<11} {'the same' if holds else 'DIFFERENT'}")
        if not found.holds:
            raise CommandError("The draw is not what was kept.")
