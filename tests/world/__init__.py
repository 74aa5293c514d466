"""Everything that an address can name: the whole in `whole`, its parts in the other modules."""

from tests.world.file import of_case, report
from tests.world.partners import more_places
from tests.world.referrals import acknowledged, asked, not_arrived, referrals, taken_back
from tests.world.whole import World, make_world

__all__ = [
    "World",
    "acknowledged",
    "asked",
    "make_world",
    "more_places",
    "not_arrived",
    "of_case",
    "referrals",
    "report",
    "taken_back",
]
