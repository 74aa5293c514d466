"""Batch after batch into the tables, then all that follows from them."""

from collections.abc import Sequence
from random import Random

from audit import clock
from crypto.keyring import Keyring
from referral.seeding.files import Author
from referral.seeding.organisations import Market, Seated
from referral.seeding.tables import follow, store

#: Referrals that are objects at the same time.
BATCH = 4000


def fill(ring: Keyring, seated: Sequence[Seated], random: Random, referrals: int, batch: int = BATCH) -> None:
    """`referrals` referrals between `seated`. Call it in a transaction."""
    author = Author(Market(seated, random), random, clock.now(), referrals)
    for made in author.batches(batch):
        store(ring, made)
    follow()
