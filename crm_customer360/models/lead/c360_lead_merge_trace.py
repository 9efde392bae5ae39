from odoo import api, models
from odoo.tools import SQL, OrderedSet

# Ours: they describe the merge itself.
OWN = ("c360.lead.merge", "c360.lead.duplicate", "c360.lead.identity")
# What the host rewrites in the rows it moves: table -> column.
REWRITTEN = {"mail_message": "subject", "ir_attachment": "name"}
# Never restored: who wrote last, and what the merge itself is about.
KEPT = {"id", "write_uid", "write_date", "create_uid"}


class C360LeadMergeTrace(models.AbstractModel):
    """Remembers what points to leads, and puts it back.

    Generic: every stored reference to a lead that the models know (many2one, model and
    id, reference, many2many of leads), so that rows of addons nobody here knows come
    back too. Plain SQL: tens of tables in one statement, no tracking, no decisions.
    """

    _name = "c360.lead.merge.trace"
    _description = "Trace of a Merge"

    @api.model
    def _get_references(self):
        """Return the stored references to leads.

        :return: tuples ``(table, column, model column or None, kind)``; ``kind`` is
            ``id`` or ``text`` ("crm.lead,7")
        """
        references = OrderedSet()
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            if model._name in OWN:
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
        if field.type == "many2one" and field.comodel_name == "crm.lead":
            if model._name != "crm.lead":
                return (model._table, field.name, None, "id")
        elif field.type == "many2one_reference":
            other = model._fields.get(field.model_field)
            if other and other.store and other.column_type:
                return (model._table, field.name, other.name, "id")
        elif field.type == "reference":
            return (model._table, field.name, None, "text")
        return None

    @api.model
    def _get_lead_relations(self):
        """Return their many2many.

        :return: tuples ``(table, column of the lead, other column, other table)``
        """
        relations = OrderedSet()
        for model in self.env.registry.values():
            if model._abstract or model._transient or model._name in OWN:
                continue
            for field in model._fields.values():
                if field.type != "many2many" or not field.store or not field.relation:
                    continue
                if model._name == "crm.lead" and field.comodel_name != "crm.lead":
                    other = self.env[field.comodel_name]._table
                    relations.add((field.relation, field.column1, field.column2, other))
                elif field.comodel_name == "crm.lead" and model._name != "crm.lead":
                    relations.add(
                        (field.relation, field.column2, field.column1, model._table)
                    )
        # the same table is seen from both ends
        return list(relations)

    # ------------------------------------------------------------
    # Remember
    # ------------------------------------------------------------

    @api.model
    def _take(self, leads):
        """Return what points to leads and what they hold, to be put back later.

        Two statements and one per rewritten table.

        :return: a dict of plain values: ``rows`` ``relations`` ``values`` ``rewritten``
        """
        self.env.flush_all()
        rows = self._take_rows(leads.ids)
        return {
            "rows": rows,
            "relations": self._take_relations(leads.ids),
            "values": self._take_values(leads),
            "rewritten": {
                table: self._take_column(
                    table,
                    column,
                    [i for name, *_x, ids in rows if name == table for i in ids],
                )
                for table, column in REWRITTEN.items()
            },
        }

    @api.model
    def _take_after(self, leads):
        """Return what a merge has made of the leads: ``values`` ``relations``."""
        self.env.flush_all()
        return {
            "values": self._take_values(leads),
            "relations": self._take_relations(leads.ids),
        }

    @api.model
    def _take_values(self, leads):
        """Return ``{lead id: its columns}``."""
        return {
            str(lead_id): values
            for lead_id, values in self.env.execute_query(
                SQL(
                    "SELECT id, to_jsonb(lead) FROM crm_lead AS lead"
                    " WHERE id = ANY(%s)",
                    leads.ids,
                )
            )
        }

    @api.model
    def _take_rows(self, ids):
        """Return ``[table, column, model column, kind, lead id, row ids]`` of all."""
        selects = []
        for table, column, model_column, kind in self._get_references():
            value = SQL.identifier(column)
            if kind == "text":
                condition = SQL(
                    "%s = ANY(%s)", value, [f"crm.lead,{lead_id}" for lead_id in ids]
                )
                value = SQL("SPLIT_PART(%s, ',', 2)::int", value)
            else:
                condition = SQL("%s = ANY(%s)", value, list(ids))
                if model_column:
                    condition = SQL(
                        "%s = 'crm.lead' AND %s",
                        SQL.identifier(model_column),
                        condition,
                    )
            selects.append(
                SQL(
                    "SELECT %(names)s::text[], %(value)s::int, ARRAY_AGG(id)"
                    "  FROM %(table)s WHERE %(condition)s GROUP BY 2",
                    names=[table, column, model_column or "", kind],
                    value=value,
                    table=SQL.identifier(table),
                    condition=condition,
                )
            )
        return [
            [*names, lead_id, row_ids]
            for names, lead_id, row_ids in self.env.execute_query(
                SQL(" UNION ALL ").join(selects)
            )
        ]

    @api.model
    def _take_relations(self, ids):
        """Return ``[table, lead column, other column, lead id, other ids]`` of all."""
        selects = [
            SQL(
                "SELECT %(names)s::text[], %(lead)s::int, ARRAY_AGG(%(other)s)"
                "  FROM %(table)s WHERE %(lead)s = ANY(%(ids)s) GROUP BY 2",
                names=[table, lead_column, other_column],
                table=SQL.identifier(table),
                lead=SQL.identifier(lead_column),
                other=SQL.identifier(other_column),
                ids=list(ids),
            )
            for table, lead_column, other_column, _other in self._get_lead_relations()
        ]
        return [
            [*names, lead_id, others]
            for names, lead_id, others in self.env.execute_query(
                SQL(" UNION ALL ").join(selects)
            )
        ]

    @api.model
    def _take_column(self, table, column, ids):
        """Return ``{row id: text}`` of a column the host is about to rewrite."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE id = ANY(%s)",
                SQL.identifier(column),
                SQL.identifier(table),
                ids,
            )
        )
        return {str(row_id): text for row_id, text in rows}

    # ------------------------------------------------------------
    # Put back
    # ------------------------------------------------------------

    @api.model
    def _put_back(self, trace, after, head_id):
        """Let everything point where it pointed before the merge.

        What people have changed since stays as they left it: a row goes back only from
        the lead that stayed, a value only while it is what the merge made it; a tag
        goes or returns only if the merge itself had brought or taken it.

        :param dict trace: of ``_take`` before the merge
        :param dict after: of ``_take_after`` right after it
        :param int head_id: the lead that stayed
        """
        self.env.flush_all()
        for table, column, model_column, kind, lead_id, ids in trace["rows"]:
            if lead_id != head_id:
                self._put_row(
                    table, column, model_column, kind, lead_id, ids, head_id=head_id
                )
        for table, texts in trace["rewritten"].items():
            self._put_column(table, REWRITTEN[table], texts)
        self._put_relations(trace["relations"], after["relations"])
        for lead_id, values in trace["values"].items():
            self._put_values(int(lead_id), values, after["values"][lead_id])
        self.env.invalidate_all(flush=False)

    @api.model
    def _get_planned(self, trace, leads):
        """Return the activities that leads had before a merge and have (again).

        :param dict trace: of ``_take``
        """
        ids = OrderedSet()
        for table, *_names, row_ids in trace["rows"]:
            if table == "mail_activity":
                ids.update(row_ids)
        return (
            self.env["mail.activity"]
            .browse(ids)
            .exists()
            .filtered_domain(
                [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
            )
        )

    @api.model
    def _put_row(self, table, column, model_column, kind, lead_id, ids, head_id):
        name, value = SQL.identifier(column), lead_id
        now = head_id
        if kind == "text":
            value, now = f"crm.lead,{lead_id}", f"crm.lead,{head_id}"
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(name)s = %(value)s"
                " WHERE id = ANY(%(ids)s) AND %(name)s = %(now)s AND %(model)s",
                table=SQL.identifier(table),
                name=name,
                value=value,
                ids=ids,
                now=now,
                model=SQL("%s = 'crm.lead'", SQL.identifier(model_column))
                if model_column
                else SQL("TRUE"),
            )
        )

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
        """Take from the leads the tags (and the like) of the merge, return the others.

        :param list before: of ``_take_relations`` before the merge
        :param list after: the same right after it
        """
        before, after = self._get_pairs(before), self._get_pairs(after)
        for *names, other_table in self._get_lead_relations():
            had, got = before.get(tuple(names), set()), after.get(tuple(names), set())
            if had != got:
                self._put_pairs(names, other_table, taken=had - got, brought=got - had)

    @api.model
    def _get_pairs(self, relations):
        """Return ``{names of the relation: {(lead id, other id)}}``."""
        pairs = {}
        for *names, lead_id, others in relations:
            pairs.setdefault(tuple(names), set()).update(
                (lead_id, other) for other in others
            )
        return pairs

    @api.model
    def _put_pairs(self, names, other_table, taken, brought):
        table, lead, other = map(SQL.identifier, names)
        leads, others = zip(*sorted(taken | brought), strict=True)
        params = {
            "table": table,
            "lead": lead,
            "other": other,
            "others_table": SQL.identifier(other_table),
            "leads": list(leads),
            "others": list(others),
            "returns": [pair in taken for pair in sorted(taken | brought)],
        }
        # what a pair names may be deleted meanwhile
        self.env.cr.execute(
            SQL(
                """
                WITH pair AS (
                    SELECT * FROM unnest(
                        %(leads)s::int[], %(others)s::int[], %(returns)s::boolean[]
                    ) AS pair(lead_id, other_id, returns)
                ), gone AS (
                    DELETE FROM %(table)s AS relation
                     USING pair
                     WHERE NOT pair.returns
                       AND relation.%(lead)s = pair.lead_id
                       AND relation.%(other)s = pair.other_id
                )
                INSERT INTO %(table)s (%(lead)s, %(other)s)
                SELECT pair.lead_id, pair.other_id
                  FROM pair
                  JOIN %(others_table)s AS other ON other.id = pair.other_id
                 WHERE pair.returns
           ON CONFLICT DO NOTHING
                """,
                **params,
            )
        )

    @api.model
    def _put_values(self, lead_id, before, after):
        """Give a lead the values it had, where the merge has changed them."""
        [[current]] = self.env.execute_query(
            SQL("SELECT to_jsonb(lead) FROM crm_lead AS lead WHERE id = %s", lead_id)
        )
        columns = [
            name
            for name, value in before.items()
            if name in current
            and name not in KEPT
            and value != after.get(name)
            and current[name] == after.get(name)
            and self._still_exists(name, value)
        ]
        if not columns:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead AS lead SET %(columns)s"
                "  FROM jsonb_populate_record(NULL::crm_lead, %(values)s::jsonb) AS old"
                " WHERE lead.id = %(id)s",
                columns=SQL(", ").join(
                    SQL("%s = old.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in columns
                ),
                values=self.env["c360.lead.merge"]._to_json(
                    {name: before[name] for name in columns}
                ),
                id=lead_id,
            )
        )

    @api.model
    def _still_exists(self, name, value):
        """Tell whether a value can be restored: what it names may be gone."""
        field = self.env["crm.lead"]._fields.get(name)
        if not value or field is None or field.type != "many2one":
            return True
        return bool(self.env[field.comodel_name].browse(value).exists())
