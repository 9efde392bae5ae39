import json

from odoo import api, models
from odoo.tools import SQL


class C360CustomerTrace(models.AbstractModel):
    """Puts back what was remembered.

    What people have changed since stays as they left it: a row goes back only from the
    record that stayed, a value only while it is what the merge made it; a tag goes or
    returns only if the merge itself had brought or taken it.
    """

    _inherit = "c360.customer.trace"

    @api.model
    def _put_back(self, trace, after, head_id):
        """Let everything point where it pointed before the merge.

        :param dict trace: of ``_take`` before the merge
        :param dict after: of ``_take_after`` right after it
        :param int head_id: the record that stayed
        """
        self.env.flush_all()
        for *names, record_id, ids in trace["rows"]:
            if record_id != head_id:
                self._put_row(*names, record_id, ids, now_ids=[head_id])
        for table, texts in trace["rewritten"].items():
            self._put_column(table, self._trace_rewritten[table], texts)
        self._put_relations(trace["relations"], after["relations"])
        for record_id, values in trace["values"].items():
            self._put_values(int(record_id), values, after["values"][record_id])
        self.env.invalidate_all(flush=False)

    @api.model
    def _put_row(self, table, column, model_column, kind, record_id, ids, now_ids):
        """Let rows point to a record again, as far as they point to the other now.

        :param list now_ids: what the merge has made them point to
        :return: the ids of these rows
        """
        value = self._get_text(record_id) if kind == "text" else record_id
        rows = self.env.execute_query(
            SQL(
                "UPDATE %(table)s SET %(name)s = %(value)s"
                " WHERE id = ANY(%(ids)s) AND %(condition)s RETURNING id",
                table=SQL.identifier(table),
                name=SQL.identifier(column),
                value=value,
                ids=ids,
                condition=self._get_condition(
                    table, column, model_column, kind, now_ids
                ),
            )
        )
        return {row_id for [row_id] in rows}

    @api.model
    def _put_column(self, table, column, texts):
        if not texts:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s AS item SET %(column)s = old.text"
                "  FROM unnest(%(ids)s::int[], %(texts)s::text[]) AS old(id, text)"
                " WHERE item.id = old.id",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                ids=[int(row_id) for row_id in texts],
                texts=list(texts.values()),
            )
        )

    @api.model
    def _put_relations(self, before, after):
        """Take from the records what the merge brought (tags), return the others.

        :param list before: of ``_take_relations`` before the merge
        :param list after: the same right after it
        """
        before, after = self._get_pairs(before), self._get_pairs(after)
        for *names, other_table in self._get_relations():
            had, got = before.get(tuple(names), set()), after.get(tuple(names), set())
            if had != got:
                self._put_pairs(names, other_table, taken=had - got, brought=got - had)

    @api.model
    def _get_pairs(self, relations):
        """Return ``{names of the relation: {(record id, other id)}}``."""
        pairs = {}
        for *names, record_id, others in relations:
            pairs.setdefault(tuple(names), set()).update(
                (record_id, other) for other in others
            )
        return pairs

    @api.model
    def _put_pairs(self, names, other_table, taken, brought):
        table, column, other = map(SQL.identifier, names)
        records, others = zip(*sorted(taken | brought), strict=True)
        # what a pair names may be deleted meanwhile
        self.env.cr.execute(
            SQL(
                """
                WITH pair AS (
                    SELECT * FROM unnest(
                        %(records)s::int[], %(others)s::int[], %(returns)s::boolean[]
                    ) AS pair(record_id, other_id, returns)
                ), gone AS (
                    DELETE FROM %(table)s AS relation
                     USING pair
                     WHERE NOT pair.returns
                       AND relation.%(column)s = pair.record_id
                       AND relation.%(other)s = pair.other_id
                )
                INSERT INTO %(table)s (%(column)s, %(other)s)
                SELECT pair.record_id, pair.other_id
                  FROM pair
                  JOIN %(others_table)s AS other ON other.id = pair.other_id
                 WHERE pair.returns
           ON CONFLICT DO NOTHING
                """,
                table=table,
                column=column,
                other=other,
                others_table=SQL.identifier(other_table),
                records=list(records),
                others=list(others),
                returns=[pair in taken for pair in sorted(taken | brought)],
            )
        )

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    @api.model
    def _put_values(self, record_id, before, after):
        """Give a record the values it had, where the merge has changed them."""
        self._put_columns(
            self._get_trace_table(), record_id, before, after, self._still_exists
        )

    @api.model
    def _put_columns(self, table, row_id, before, after, still_exists=None):
        """Give a row the values it had, as far as they are what the merge made them.

        :param still_exists: tells of a column and a value whether it can be restored
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT to_jsonb(record) FROM %s AS record WHERE id = %s",
                SQL.identifier(table),
                row_id,
            )
        )
        current = rows[0][0] if rows else {}
        columns = [
            name
            for name, value in before.items()
            if name in current
            and name not in self._trace_kept
            and value != after.get(name)
            and current[name] == after.get(name)
            and (still_exists is None or still_exists(name, value))
        ]
        if not columns:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s AS record SET %(columns)s"
                "  FROM jsonb_populate_record(NULL::%(table)s, %(values)s::jsonb)"
                "       AS old"
                " WHERE record.id = %(id)s",
                table=SQL.identifier(table),
                columns=SQL(", ").join(
                    SQL("%s = old.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in columns
                ),
                values=self._to_json({name: before[name] for name in columns}),
                id=row_id,
            )
        )

    @api.model
    def _to_json(self, values):
        return json.dumps(values, default=str)

    @api.model
    def _still_exists(self, name, value):
        """Tell whether a value can be restored: what it names may be gone."""
        field = self.env[self._trace_model]._fields.get(name)
        if not value or field is None or field.type != "many2one":
            return True
        if field.company_dependent:
            # one value per company: the ORM reads none where it is gone
            return True
        return bool(self.env[field.comodel_name].browse(value).exists())
