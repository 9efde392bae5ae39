"""What a fill remembers in the database: sizes, reserved ids, how far each step got."""

import json
import time

TABLE = "c360_benchmark_fill"


class FilledOtherwise(Exception):
    """The database holds a fill of other sizes."""


class Store:
    """A small key-value table next to the filled ones; ``--clean`` drops it."""

    def __init__(self, cr):
        self.cr = cr

    def prepare(self):
        self.cr.execute(
            f"CREATE TABLE IF NOT EXISTS {TABLE} (key text PRIMARY KEY, value jsonb)"
        )

    @property
    def exists(self) -> bool:
        self.cr.execute("SELECT to_regclass(%s) IS NOT NULL", [TABLE])
        return self.cr.fetchone()[0]

    def get(self, key, default=None):
        self.cr.execute(f"SELECT value FROM {TABLE} WHERE key = %s", [key])
        row = self.cr.fetchone()
        return row[0] if row else default

    def put(self, key, value):
        self.cr.execute(
            f"""
            INSERT INTO {TABLE} VALUES (%s, %s)
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            """,
            [key, json.dumps(value)],
        )

    def keys(self, prefix) -> dict:
        """Return the values whose key starts with the prefix, without it."""
        self.cr.execute(
            f"SELECT key, value FROM {TABLE} WHERE starts_with(key, %s)", [prefix]
        )
        return {key.removeprefix(prefix): value for key, value in self.cr.fetchall()}

    def keep_sizes(self, sizes):
        """Remember the sizes; refuse to mix two fills in one database."""
        kept = self.get("sizes")
        if kept is not None and kept != sizes.as_dict():
            different = sorted(
                name for name in kept if kept[name] != sizes.as_dict().get(name)
            )
            raise FilledOtherwise(
                "This database was filled with other sizes "
                f"({', '.join(different)}): run with --clean first."
            )
        self.put("sizes", sizes.as_dict())

    def reserve(self, table, count) -> int:
        """Set aside ``count`` ids of a table, once; return the first."""
        kept = self.get(f"ids:{table}")
        if kept:
            return kept[0]
        self.cr.execute(
            """
            SELECT setval(seq, nextval(seq) + %s) - %s
              FROM pg_get_serial_sequence(%s, 'id') AS seq
            """,
            [count, count, table],
        )
        first = self.cr.fetchone()[0]
        self.put(f"ids:{table}", [first, first + count - 1])
        return first

    def last_ids(self) -> dict:
        """Return how far the id of every table has come."""
        self.cr.execute(
            """
            SELECT tab.relname, COALESCE(seq.last_value, 0)
              FROM pg_sequences AS seq
              JOIN pg_class AS cls ON cls.relname = seq.sequencename
                                  AND cls.relkind = 'S'
              JOIN pg_depend AS dep ON dep.objid = cls.oid AND dep.deptype = 'a'
              JOIN pg_class AS tab ON tab.oid = dep.refobjid
             WHERE seq.schemaname = current_schema()
            """
        )
        return dict(self.cr.fetchall())

    def chunks(self, step, total, size, say):
        """Yield ``(start, stop)`` of what is still missing; each is one transaction.

        The position is kept in the transaction of the rows, so that a killed fill goes
        on exactly where it stopped.
        """
        done = self.get(f"done:{step}", 0)
        began = time.monotonic()
        skipped = done
        while done < total:
            stop = min(done + size, total)
            yield done, stop
            done = stop
            self.put(f"done:{step}", done)
            self.cr.commit()
            seconds = time.monotonic() - began
            say(step, done, total, (done - skipped) / max(seconds, 0.001), seconds)
