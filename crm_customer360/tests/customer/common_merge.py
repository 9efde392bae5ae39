import json

from odoo.tools import SQL

from .common import CustomerCommon

# What any write touches.
STAMPS = ("write_date", "write_uid")
# What the merge itself leaves, and what is counted or keyed anew.
DERIVED = {
    "c360_customer_merge",
    "c360_customer_merge_tail_rel",
    "c360_lead_identity",
    "c360_customer_profile",
    "ir_cron_trigger",
}


class MergeCommon(CustomerCommon):
    """Merging contacts, and comparing the whole database before and after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Merge = cls.env["c360.customer.merge"]
        cls.double = cls._create_customer("Harbor Timber")

    def _merge(self, *partners, into, env=None):
        wizards = (env or self.env)["base.partner.merge.automatic.wizard"]
        return wizards._merge([partner.id for partner in partners] + into.ids, into)

    def _get_tables(self):
        """Return every table that may refer to a contact, from the catalogue.

        By foreign key, or by a column of a model or of a reference beside it.
        """
        return [
            name
            for [name] in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT source.relname
                      FROM pg_class AS source
                      JOIN pg_attribute AS col ON col.attrelid = source.oid
                 LEFT JOIN pg_constraint AS con
                        ON con.conrelid = source.oid AND con.contype = 'f'
                       AND con.confrelid = 'res_partner'::regclass
                     WHERE source.relkind = 'r'
                       AND source.relnamespace = current_schema::regnamespace
                       AND (con.oid IS NOT NULL
                            OR col.attname IN ('res_id', 'source_id', 'res_model'))
                  ORDER BY 1
                    """
                )
            )
            if name not in DERIVED and name not in self._get_wizard_tables()
        ]

    def _get_wizard_tables(self):
        return self.env["c360.customer.merge.trace"]._get_skipped_tables()

    def _snapshot(self):
        """Return ``{table: {row id or row: its columns}}`` of the whole database."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = {}
        for table in self._get_tables():
            rows = self.env.execute_query(
                SQL("SELECT to_jsonb(t) FROM %s AS t", SQL.identifier(table))
            )
            found[table] = {}
            for [row] in rows:
                row = {name: v for name, v in row.items() if name not in STAMPS}
                text = json.dumps(row, sort_keys=True, default=str)
                found[table][row.get("id") or text] = text
        return found

    def _assert_same(self, before, after, new=()):
        """Every row is as it was; new ones are allowed in some tables only.

        :param new: tables where a merge and its undo leave rows
        """
        for table, rows in before.items():
            for row_id, text in rows.items():
                self.assertEqual(after[table].get(row_id), text, f"{table} {row_id}")
            if table not in new:
                self.assertEqual(set(rows), set(after[table]), table)
