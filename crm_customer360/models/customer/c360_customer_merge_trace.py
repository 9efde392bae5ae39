from odoo import api, models
from odoo.tools import SQL, OrderedSet, ormcache

# Rows of a table whose whole content is remembered: what rooms and addons fold on a
# merge (a profile, a loyalty card) has few; messages and journal items have many, and
# nothing but their partner changes.
CONTENTS = 200
# Written every day by the host whatever happens, or secret: never remembered.
NO_CONTENTS = ("res_partner", "res_users")


class C360CustomerMergeTrace(models.AbstractModel):
    """Remembers what points to contacts, and puts it back.

    Foreign keys come from the database's own catalogue as well, so that a column no
    model knows any more is not forgotten.
    """

    _name = "c360.customer.merge.trace"
    _inherit = ["c360.customer.trace"]
    _description = "Trace of Merged Customers"

    _trace_model = "res.partner"
    _trace_own = ("c360.customer.merge",)

    # ------------------------------------------------------------
    # Where references are
    # ------------------------------------------------------------

    @api.model
    @ormcache()
    def _get_references(self):
        skipped = self._get_skipped_tables()
        references = OrderedSet(super()._get_references())
        references.update(
            (table, column, None, "id")
            for table, column, has_id in self._get_foreign_keys()
            if has_id
        )
        return tuple(item for item in references if item[0] not in skipped)

    @api.model
    @ormcache()
    def _get_relations(self):
        skipped = self._get_skipped_tables()
        relations = OrderedSet(super()._get_relations())
        # A relation of contacts with contacts, or one no model knows any more.
        known = {item[:2] for item in relations}
        for table, column, has_id in self._get_foreign_keys():
            if not has_id and (table, column) not in known:
                others = self._get_other_columns(table, column)
                if len(others) == 1:
                    relations.add((table, column, *others[0]))
        return tuple(item for item in relations if item[0] not in skipped)

    @api.model
    def _get_reference(self, model, field):
        """Contacts of contacts move too."""
        if field.type == "many2one" and field.comodel_name == self._trace_model:
            return (model._table, field.name, None, "id")
        return super()._get_reference(model, field)

    @api.model
    def _get_skipped_tables(self):
        """Return the tables of wizards, and those that describe the merge itself."""
        tables = set()
        for model in self.env.registry.values():
            if model._transient or model._name in self._trace_own:
                tables.add(model._table)
                tables.update(
                    field.relation
                    for field in model._fields.values()
                    if field.type == "many2many" and field.store and field.relation
                )
        return tables

    @api.model
    def _get_foreign_keys(self):
        """Return ``(table, column, has an id)`` of what refers to contacts."""
        return self.env.execute_query(
            SQL(
                """
                SELECT source.relname, col.attname,
                       EXISTS (SELECT FROM pg_attribute AS id
                                WHERE id.attrelid = source.oid
                                  AND id.attname = 'id' AND NOT id.attisdropped)
                  FROM pg_constraint AS con
                  JOIN pg_class AS source ON source.oid = con.conrelid
                  JOIN pg_attribute AS col
                    ON col.attrelid = source.oid AND col.attnum = con.conkey[1]
                 WHERE con.contype = 'f'
                   AND con.confrelid = %s::regclass
                   AND CARDINALITY(con.conkey) = 1
                   AND source.relnamespace = current_schema::regnamespace
              ORDER BY 1, 2
                """,
                self._get_trace_table(),
            )
        )

    @api.model
    def _get_other_columns(self, table, column):
        """Return ``(column, table it refers to)`` of the other columns of a table."""
        return self.env.execute_query(
            SQL(
                """
                SELECT col.attname, target.relname
                  FROM pg_attribute AS col
             LEFT JOIN pg_constraint AS con
                    ON con.conrelid = col.attrelid AND con.contype = 'f'
                   AND con.conkey = ARRAY[col.attnum]
             LEFT JOIN pg_class AS target ON target.oid = con.confrelid
                 WHERE col.attrelid = %s::regclass
                   AND col.attnum > 0 AND NOT col.attisdropped
                   AND col.attname <> %s
                """,
                table,
                column,
            )
        )

    @api.model
    def _get_condition(self, table, column, model_column, kind, ids):
        """What a merged contact says of himself stays: he is kept, archived."""
        condition = super()._get_condition(table, column, model_column, kind, ids)
        if table == self._get_trace_table():
            return SQL("%s AND id <> ALL(%s)", condition, list(ids))
        return condition

    # ------------------------------------------------------------
    # Remember
    # ------------------------------------------------------------

    @api.model
    def _take_merge(self, sources, target):
        """Return what has to be known to separate contacts again.

        :param sources: the contacts about to be merged
        :param target: the contact that stays
        """
        self.env.flush_all()
        rows = self._take_rows(sources.ids)
        return {
            "rows": rows,
            "relations": self._take_shared(sources.ids, target.id),
            "rewritten": {},
            "values": self._take_values(sources | target),
            "contents": self._take_contents(self._get_content_ids(rows, target)),
        }

    @api.model
    def _take_shared(self, src_ids, dst_id):
        """Return the relations of the sources, and which of them the target has too."""
        before = self._take_relations(src_ids)
        selects = []
        for names, others in self._group_others(before):
            table, column, other = map(SQL.identifier, names)
            selects.append(
                SQL(
                    "SELECT %(names)s::text[], %(dst)s::int, ARRAY_AGG(%(other)s)"
                    "  FROM %(table)s WHERE %(column)s = %(dst)s"
                    "   AND %(other)s = ANY(%(others)s) HAVING COUNT(*) > 0",
                    names=list(names),
                    dst=dst_id,
                    table=table,
                    column=column,
                    other=other,
                    others=sorted(others),
                )
            )
        if selects:
            before += [
                [*names, record_id, others]
                for names, record_id, others in self.env.execute_query(
                    SQL(" UNION ALL ").join(selects)
                )
            ]
        return before

    @api.model
    def _group_others(self, relations):
        """Return ``(names of the relation, others)`` of all records together."""
        groups = {}
        for *names, _record_id, others in relations:
            groups.setdefault(tuple(names), set()).update(others)
        return groups.items()

    @api.model
    def _get_content_ids(self, rows, target):
        """Return ``{table: row ids}`` of what a merge may fold, of both sides."""
        found = {}
        for table, *_names, ids in rows:
            found.setdefault(table, set()).update(ids)
        places = OrderedSet(tuple(row[:4]) for row in rows)
        selects = [
            SQL(
                "SELECT %(name)s, ARRAY(SELECT id FROM %(table)s WHERE %(condition)s"
                " LIMIT %(limit)s)",
                name=table,
                table=SQL.identifier(table),
                condition=self._get_condition(
                    table, column, model_column, kind, target.ids
                ),
                limit=CONTENTS + 1,
            )
            for table, column, model_column, kind in places
        ]
        if selects:
            for table, ids in self.env.execute_query(SQL(" UNION ALL ").join(selects)):
                found[table].update(ids)
        return {
            table: sorted(ids)
            for table, ids in found.items()
            if len(ids) <= CONTENTS and table not in NO_CONTENTS
        }

    @api.model
    def _take_contents(self, ids_by_table):
        """Return ``{table: {row id: its columns}}``."""
        if not ids_by_table:
            return {}
        contents = {table: {} for table in ids_by_table}
        selects = [
            SQL(
                "SELECT %(name)s, id, to_jsonb(record) FROM %(table)s AS record"
                " WHERE id = ANY(%(ids)s)",
                name=table,
                table=SQL.identifier(table),
                ids=ids,
            )
            for table, ids in ids_by_table.items()
        ]
        for table, row_id, values in self.env.execute_query(
            SQL(" UNION ALL ").join(selects)
        ):
            contents[table][str(row_id)] = values
        return contents

    @api.model
    def _take_merged(self, trace, target):
        """Keep of a trace what the merge has changed, and return what it has become.

        :param dict trace: of ``_take_merge``; rows that are as before are dropped
        :return: a dict of plain values: ``values`` ``relations`` ``contents``
        """
        self.env.flush_all()
        places = {}
        for table, column, *_names in trace["rows"]:
            places.setdefault(table, set()).add(column)
        before, after = trace["contents"], {}
        now = self._take_contents({t: list(map(int, r)) for t, r in before.items()})
        trace["contents"] = {}
        for table, rows in before.items():
            for row_id, values in rows.items():
                became = now[table].get(row_id)
                skipped = places.get(table, set()) | self._trace_kept
                if became is None:
                    changed = values
                else:
                    changed = {
                        name: value
                        for name, value in values.items()
                        if name not in skipped and value != became[name]
                    }
                    became = {name: became[name] for name in changed}
                if changed:
                    trace["contents"].setdefault(table, {})[row_id] = changed
                    after.setdefault(table, {})[row_id] = became
        everyone = self.env["res.partner"].browse(map(int, trace["values"]))
        return {
            "values": self._take_values(everyone),
            "relations": [
                [*names, target.id, sorted(others)]
                for names, others in self._group_others(trace["relations"])
            ],
            "contents": after,
        }
