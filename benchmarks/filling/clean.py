"""Takes a fill out of the database again, with all that refers to it."""

from .store import TABLE

# Rows that point at a record by model and id, without a foreign key.
LOOSE = {
    "mail_message": ("model", "res_id"),
    "mail_followers": ("res_model", "res_id"),
    "mail_activity": ("res_model", "res_id"),
    "ir_attachment": ("res_model", "res_id"),
}

# Ledgers that outlive what they are about: their foreign keys only forget it.
LEDGERS = {
    "c360_pool_move": ("lead_id", "crm_lead"),
    "c360_customer_lifecycle": ("partner_id", "res_partner"),
    "c360_contact_touch": ("customer_id", "res_partner"),
}


def clean(cr, store, say) -> int:
    """Remove the fill in one transaction; return how many rows went."""
    doomed = Doomed(cr)
    ranges = list(store.keys("ids:").items())
    for tables in store.keys("pattern_ids").values():
        ranges.extend(tables.items())
    for table, (first, last) in ranges:
        doomed.add(table, f"id BETWEEN {first} AND {last}")
    doomed.add_ledgers()
    doomed.add_loose()
    doomed.spread()
    rows = doomed.delete(say)
    cr.execute(f"DROP TABLE {TABLE}")
    return rows


class Doomed:
    """The ids to delete per table, spread along the foreign keys as the host would.

    Foreign keys are taken off while deleting and put back in the same transaction:
    checking one by one would read a whole table per row where the host lacks an index;
    putting a key back checks all rows at once.
    """

    def __init__(self, cr):
        self.cr = cr
        self.tables = {}
        self.cr.execute(
            """
            SELECT con.conname, child.relname, att.attname, parent.relname,
                   con.confdeltype, pg_get_constraintdef(con.oid),
                   EXISTS (SELECT FROM pg_attribute AS own
                            WHERE own.attrelid = child.oid AND own.attname = 'id')
              FROM pg_constraint AS con
              JOIN pg_class AS child ON child.oid = con.conrelid
              JOIN pg_class AS parent ON parent.oid = con.confrelid
              JOIN pg_attribute AS att ON att.attrelid = child.oid
                                      AND att.attnum = con.conkey[1]
             WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace
            """
        )
        self.keys = self.cr.fetchall()

    def add(self, table, where) -> int:
        """Doom the rows of a table that fit; return how many were not yet."""
        name = self.tables.get(table)
        if name is None:
            self.cr.execute("SELECT to_regclass(%s)", [table])
            if not self.cr.fetchone()[0]:
                return 0
            name = self.tables[table] = f"c360_doomed_{len(self.tables)}"
            self.cr.execute(
                f"CREATE TEMP TABLE {name} (id int PRIMARY KEY) ON COMMIT DROP"
            )
        self.cr.execute(
            f'INSERT INTO {name} SELECT id FROM "{table}" WHERE {where}'
            " ON CONFLICT DO NOTHING"
        )
        return self.cr.rowcount

    def add_loose(self):
        for table, (model, res_id) in LOOSE.items():
            for parent, name in list(self.tables.items()):
                dotted = parent.replace("_", ".")
                self.add(
                    table,
                    f"{model} = '{dotted}' AND {res_id} IN (SELECT id FROM {name})",
                )

    def add_ledgers(self):
        for table, (column, parent) in LEDGERS.items():
            if parent in self.tables:
                self.add(table, f"{column} IN (SELECT id FROM {self._of(parent)})")

    def spread(self):
        """Follow the foreign keys until nothing more is doomed."""
        fresh = set(self.tables)
        while fresh:
            again = set()
            for _name, child, column, parent, action, _text, has_id in self.keys:
                if parent not in fresh or action == "n" or not has_id:
                    continue
                if self.add(
                    child, f'"{column}" IN (SELECT id FROM {self._of(parent)})'
                ):
                    again.add(child)
            fresh = again

    def _of(self, table):
        return self.tables[table]

    def delete(self, say) -> int:
        touched = [key for key in self.keys if key[3] in self.tables]
        for _name, child, column, parent, action, _text, has_id in touched:
            inside = f'"{column}" IN (SELECT id FROM {self._of(parent)})'
            if not has_id:
                self.cr.execute(f'DELETE FROM "{child}" WHERE {inside}')
            elif action == "n":
                if child in self.tables:
                    inside += f" AND id NOT IN (SELECT id FROM {self._of(child)})"
                self.cr.execute(
                    f'UPDATE "{child}" SET "{column}" = NULL WHERE {inside}'
                )
        own = touched
        for name, child, *_rest in own:
            self.cr.execute(f'ALTER TABLE "{child}" DROP CONSTRAINT "{name}"')
        rows = 0
        for table, name in self.tables.items():
            self.cr.execute(
                f'DELETE FROM "{table}" AS t USING {name} AS d WHERE d.id = t.id'
            )
            rows += self.cr.rowcount
            if self.cr.rowcount:
                say(table, self.cr.rowcount)
        for name, child, _column, _parent, _action, text, _has_id in own:
            self.cr.execute(f'ALTER TABLE "{child}" ADD CONSTRAINT "{name}" {text}')
        return rows
