from odoo import api, models
from odoo.tools import SQL

from ...tools.contact_array import array_literal


class C360ContactTouch(models.Model):
    """How rows get onto the ledger when a whole mailing is booked."""

    _inherit = "c360.contact.touch"

    @api.model
    def _append(self, vals_list):
        """Create rows by one statement for any number of them.

        ``create`` takes a statement per hundred rows and sorts each value of each row:
        four times the time of the database, while those who book for the same
        customers wait. What it does for a row of this model is done here: defaults,
        who and when, the cache, what depends on new rows. There are no constraints in
        Python to check; who wants to act on new rows extends ``_on_state_changed``.

        :param vals_list: dictionaries of stored fields, all with the same keys
        :return: the rows, in their order
        """
        if not vals_list:
            return self.browse()
        constants, columns = self._get_columns(vals_list)
        now = SQL("now() AT TIME ZONE 'UTC'")
        names = ["create_date", "write_date", *constants, *columns]
        sources = [now, now] + [
            SQL("%s::%s", value, self._get_column_type(name))
            for name, value in constants.items()
        ]
        if columns:
            sources += [SQL.identifier("new", name) for name in columns]
            rows = SQL(
                "unnest(%s) AS new (%s)",
                SQL(", ").join(
                    SQL("%s::%s[]", array_literal(values), self._get_column_type(name))
                    for name, values in columns.items()
                ),
                SQL(", ").join(map(SQL.identifier, columns)),
            )
        else:
            rows = SQL("generate_series(1, %s)", len(vals_list))
        # rows are inserted, and returned, in the order they are read
        found = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s RETURNING id",
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(sources),
                rows,
            )
        )
        touches = self.browse(row[0] for row in found)
        touches._remember_new(constants, columns)
        return touches

    @api.model
    def _get_column_type(self, name):
        return SQL(self._fields[name].column_type[1])

    @api.model
    def _get_columns(self, vals_list):
        """Return what all rows share, and what differs: values ready for the database.

        :return: ``{name: value}`` and ``{name: [value of each row]}``
        """
        constants = {"create_uid": self.env.uid, "write_uid": self.env.uid}
        given = vals_list[0]
        for name, field in self._fields.items():
            if field.store and field.default and name not in given:
                value = field.default(self)
                constants[name] = field.convert_to_column_insert(value, self)
        columns = {}
        for name in given:
            convert = self._fields[name].convert_to_column_insert
            values = [vals[name] for vals in vals_list]
            if values.count(values[0]) == len(values):
                constants[name] = convert(values[0], self)
            else:
                columns[name] = [
                    None if value is None else convert(value, self) for value in values
                ]
        return constants, columns

    def _remember_new(self, constants, columns):
        """Put new rows into the cache, and mark what depends on them."""
        for name, value in constants.items():
            self._fields[name]._update_cache(self, value)
        for name, values in columns.items():
            self._fields[name]._insert_cache(self, values)
        known = [self._fields[name] for name in (*constants, *columns)]
        for field in known:
            for inverse in self.pool.field_inverses[field]:
                self.env[inverse.model_name].invalidate_model([inverse.name])
        computed = [field for field in known if field.compute]
        with self.env.protecting(computed, self):
            self.modified(self._fields, create=True)
