from odoo import api, models
from odoo.tools import SQL, OrderedSet


class C360CustomerTrace(models.AbstractModel):
    """Remembers what points to records that are about to be merged.

    Generic: every stored reference that the models know (many2one, model and id,
    reference, many2many), so that rows of addons nobody here knows come back too. Plain
    SQL: tens of tables in one statement, no tracking, no decisions. How it is put back
    is in the other file of this model; rooms inherit both for what they merge.
    """

    _name = "c360.customer.trace"
    _description = "Trace of Merged Records"

    # the model that is merged
    _trace_model = None
    # models that describe the merge itself
    _trace_own = ()
    # what a merge rewrites in the rows it moves: table -> column
    _trace_rewritten = {}
    # never restored: who wrote last, and what the merge itself is about
    _trace_kept = frozenset(("id", "write_uid", "write_date", "create_uid"))

    @api.model
    def _get_trace_table(self):
        return self.env[self._trace_model]._table

    # ------------------------------------------------------------
    # Where references are
    # ------------------------------------------------------------

    @api.model
    def _get_references(self):
        """Return the stored references to the model.

        :return: tuples ``(table, column, model column or None, kind)``; ``kind`` is
            ``id`` or ``text`` ("crm.lead,7")
        """
        references = OrderedSet()
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            if model._name in self._trace_own:
                continue
            for field in model._fields.values():
                if not (field.store and field.column_type) or field.company_dependent:
                    continue
                found = self._get_reference(model, field)
                if found:
                    references.add(found)
        return list(references)

    @api.model
    def _get_reference(self, model, field):
        if field.type == "many2one" and field.comodel_name == self._trace_model:
            if model._name != self._trace_model:
                return (model._table, field.name, None, "id")
        elif field.type == "many2one_reference":
            other = model._fields.get(field.model_field)
            if other and other.store and other.column_type:
                return (model._table, field.name, other.name, "id")
        elif field.type == "reference":
            return (model._table, field.name, None, "text")
        return None

    @api.model
    def _get_relations(self):
        """Return the many2many.

        :return: tuples ``(table, column of the record, other column, other table)``
        """
        relations = OrderedSet()
        name = self._trace_model
        # rows of a model, whose many2one are looked at already
        tables = {model._table for model in self.env.registry.values()}
        for model in self.env.registry.values():
            if model._abstract or model._transient or model._name in self._trace_own:
                continue
            for field in model._fields.values():
                if field.type != "many2many" or not field.store or not field.relation:
                    continue
                if field.relation in tables:
                    continue
                if model._name == name and field.comodel_name != name:
                    other = self.env[field.comodel_name]._table
                    relations.add((field.relation, field.column1, field.column2, other))
                elif field.comodel_name == name and model._name != name:
                    relations.add(
                        (field.relation, field.column2, field.column1, model._table)
                    )
        # the same table is seen from both ends
        return list(relations)

    # ------------------------------------------------------------
    # Remember
    # ------------------------------------------------------------

    @api.model
    def _take(self, records):
        """Return what points to records and what they hold, to be put back later.

        Two statements and one per rewritten table.

        :return: a dict of plain values: ``rows`` ``relations`` ``values`` ``rewritten``
        """
        self.env.flush_all()
        rows = self._take_rows(records.ids)
        return {
            "rows": rows,
            "relations": self._take_relations(records.ids),
            "values": self._take_values(records),
            "rewritten": self._take_rewritten(rows),
        }

    @api.model
    def _take_after(self, records):
        """Return what a merge has made of them: ``values`` ``relations``."""
        self.env.flush_all()
        return {
            "values": self._take_values(records),
            "relations": self._take_relations(records.ids),
        }

    @api.model
    def _take_values(self, records):
        """Return ``{record id: its columns}``."""
        return {
            str(record_id): values
            for record_id, values in self.env.execute_query(
                SQL(
                    "SELECT id, to_jsonb(record) FROM %s AS record WHERE id = ANY(%s)",
                    SQL.identifier(self._get_trace_table()),
                    records.ids,
                )
            )
        }

    @api.model
    def _take_rows(self, ids):
        """Return ``[table, column, model column, kind, record id, row ids]`` of all."""
        selects = [
            SQL(
                "SELECT %(names)s::text[], %(value)s::int, ARRAY_AGG(id)"
                "  FROM %(table)s WHERE %(condition)s GROUP BY 2",
                names=[table, column, model_column or "", kind],
                value=self._get_value_sql(column, kind),
                table=SQL.identifier(table),
                condition=self._get_condition(table, column, model_column, kind, ids),
            )
            for table, column, model_column, kind in self._get_references()
        ]
        return [
            [*names, record_id, row_ids]
            for names, record_id, row_ids in self.env.execute_query(
                SQL(" UNION ALL ").join(selects)
            )
        ]

    @api.model
    def _get_value_sql(self, column, kind):
        """Return the id that a reference holds."""
        value = SQL.identifier(column)
        return SQL("SPLIT_PART(%s, ',', 2)::int", value) if kind == "text" else value

    @api.model
    def _get_condition(self, table, column, model_column, kind, ids):
        """Return which rows of a table point to these records."""
        value = SQL.identifier(column)
        if kind == "text":
            return SQL("%s = ANY(%s)", value, [self._get_text(i) for i in ids])
        condition = SQL("%s = ANY(%s)", value, list(ids))
        if model_column:
            return SQL(
                "%s = %s AND %s",
                SQL.identifier(model_column),
                self._trace_model,
                condition,
            )
        return condition

    @api.model
    def _get_text(self, record_id):
        return f"{self._trace_model},{record_id}"

    @api.model
    def _take_relations(self, ids):
        """Return ``[table, column, other column, record id, other ids]`` of all."""
        selects = [
            SQL(
                "SELECT %(names)s::text[], %(column)s::int, ARRAY_AGG(%(other)s)"
                "  FROM %(table)s WHERE %(column)s = ANY(%(ids)s) GROUP BY 2",
                names=[table, column, other_column],
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                other=SQL.identifier(other_column),
                ids=list(ids),
            )
            for table, column, other_column, _other in self._get_relations()
        ]
        return [
            [*names, record_id, others]
            for names, record_id, others in self.env.execute_query(
                SQL(" UNION ALL ").join(selects)
            )
        ]

    @api.model
    def _take_rewritten(self, rows):
        """Return ``{table: {row id: text}}`` of the columns about to be rewritten."""
        return {
            table: self._take_column(
                table,
                column,
                [i for name, *_x, ids in rows if name == table for i in ids],
            )
            for table, column in self._trace_rewritten.items()
        }

    @api.model
    def _take_column(self, table, column, ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE id = ANY(%s)",
                SQL.identifier(column),
                SQL.identifier(table),
                ids,
            )
        )
        return {str(row_id): text for row_id, text in rows}
