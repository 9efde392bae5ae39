"""Which customers a statement of the profile is about, as pieces of SQL."""

from collections.abc import Collection
from typing import NamedTuple

from odoo.tools import SQL

# Everybody: a hash join reads each table once.
ALL_ROWS = "SELECT * FROM %(table)s WHERE %(column)s IS NOT NULL"
# Some customers: by the index, contact by contact. OFFSET keeps the planner from
# folding this into a join; for a thousand customers it would rather read the table.
ROWS_OF_PARTNER = "SELECT * FROM %(table)s WHERE %(column)s = partner.id OFFSET 0"


class CustomerScope(NamedTuple):
    """Everybody, the customers with some ids, or those of a range of ids."""

    ids: Collection[int] | None = None
    first: int | None = None
    last: int | None = None

    @property
    def is_all(self) -> bool:
        return self.ids is None and self.first is None

    def only(self, column: str) -> SQL:
        """Return the condition that ``alias.column`` is one of the customers."""
        name = SQL.identifier(*column.split("."))
        if self.ids is not None:
            return SQL("%s = ANY(%s)", name, list(self.ids))
        if self.first is not None:
            return SQL("%s BETWEEN %s AND %s", name, self.first, self.last)
        return SQL("TRUE")

    def rows(self, table: str, column: str = "partner_id") -> SQL:
        """Return the rows of a table that name the contact ``partner``.

        To be used as ``res_partner AS partner JOIN LATERAL (rows) AS x ON
        x.partner_id = partner.id``.
        """
        return SQL(
            ALL_ROWS if self.is_all else ROWS_OF_PARTNER,
            table=SQL.identifier(table),
            column=SQL.identifier(column),
        )
