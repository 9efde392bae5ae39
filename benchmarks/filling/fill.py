"""The filling itself: the context every step works in."""

from .skew import Draw
from .store import Store


class Fill:
    """A database being filled: sizes, pattern rows, reserved ids, and one verb.

    ``ids[table]`` is the id of row 0 of a table, so that steps refer to the rows of
    others by arithmetic instead of by joins.
    """

    # documents -> reserved ids; those of the lines come from their sequence
    RESERVED = {
        "res_partner": "partners",
        "crm_lead": "leads",
        "sale_order": "all_orders",
        "stock_picking": "all_orders",
        "account_move": "all_orders",
        "account_payment": "all_orders",
        "account_full_reconcile": "all_orders",
        "mail_message": "messages",
        "helpdesk_ticket": "tickets",
        "c360_contact_touch": "touches",
    }

    def __init__(self, cr, sizes, pattern, store: Store):
        self.cr = cr
        self.sizes = sizes
        self.pattern = pattern
        self.store = store
        self.draw = Draw(sizes.seed)
        self.ids = {}
        self._columns = {}

    def reserve(self):
        for table, size in self.RESERVED.items():
            if self.has_table(table):
                count = getattr(self.sizes, size)
                # the moves of the payments come after those of the invoices
                if table == "account_move":
                    count *= 2
                self.ids[table] = self.store.reserve(table, count)
        self.cr.commit()

    def range(self, table, size) -> tuple[int, int]:
        """Return the first and the last id of a table filled in."""
        first = self.ids[table]
        return first, first + getattr(self.sizes, size) - 1

    def has_table(self, table) -> bool:
        return bool(self.columns(table))

    def columns(self, table) -> list:
        if table not in self._columns:
            self.cr.execute(
                """
                SELECT column_name
                  FROM information_schema.columns
                 WHERE table_name = %s AND table_schema = current_schema()
                   AND is_generated = 'NEVER'
              ORDER BY ordinal_position
                """,
                [table],
            )
            self._columns[table] = [name for (name,) in self.cr.fetchall()]
        return self._columns[table]

    def copy(self, table, pattern, source, **values):
        """Copy a pattern row once per row of a source.

        :param str table: where to
        :param str pattern: key of the pattern row; its columns are read as ``p``
        :param str source: what follows FROM: a table expression, joins and all
        :param values: SQL expressions of the columns that differ; a column this
            database lacks is left out. Without an ``id`` the sequence gives it.
        """
        columns = [name for name in self.columns(table) if name != "id"]
        if "id" in values:
            columns = ["id", *columns]
        picked = ",\n  ".join(values.get(name, f"p.{name}") for name in columns)
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)})\n"
            f"SELECT {picked}\n"
            f"  FROM {source}\n"
            f" CROSS JOIN {table} AS p\n"
            f" WHERE p.id = {self.pattern[pattern]}"
        )
        return self.cr.rowcount

    def numbers(self, start, stop, where="TRUE") -> str:
        """A source of the numbers ``k`` of a chunk, those that fit a condition."""
        return (
            f"(SELECT k FROM generate_series({start}, {stop - 1}) AS k"
            f" WHERE {where} ORDER BY k) AS n"
        )
