"""Who may open which address: a row for each."""

from tests.addresses import account, file, oversight, partners, referrals
from tests.addresses.rows import PEOPLE, STRANGERS, Row

__all__ = ["ACCESS", "PEOPLE", "STRANGERS", "Row"]

ACCESS: dict[str, Row] = {
    **account.ROWS,
    **file.ROWS,
    **referrals.ROWS,
    **oversight.ROWS,
    **partners.ROWS,
}
