from odoo import models
from odoo.tools import SQL


class C360CustomerPage(models.AbstractModel):
    """Small facts of the header, all read in one query."""

    _inherit = "c360.customer.page"

    def _get_header(self, partner, customer, contacts):
        header = super()._get_header(partner, customer, contacts)
        selects = self._get_header_selects(customer)
        values = {}
        if selects:
            [row] = self.env.execute_query(
                SQL(
                    "SELECT %s",
                    SQL(", ").join(SQL("(%s)", sql) for sql in selects.values()),
                )
            )
            values = dict(zip(selects, row, strict=True))
        return {**header, **self._get_header_facts(values)}

    def _get_header_selects(self, customer):
        """Return ``{key: SQL}``, each selecting one value about the customer.

        Rooms add theirs here and read the value in ``_get_header_facts``.
        """
        Segment = self.env["c360.customer.segment"]
        if not Segment._is_used() or not Segment.has_access("read"):
            return {}
        # with the rights of the user: private segments of others are not named
        query = Segment._search([("company_id", "=", self.env.company.id)])
        query.order = None
        places = self.env["c360.customer.segment.member"]._get_current_sql(
            [("partner_id", "=", customer.id)], segment_id="id"
        )
        query.add_where(SQL("%s IN (%s)", SQL.identifier(query.table, "id"), places))
        name = Segment._field_to_sql(query.table, "name", query)
        pair = SQL(
            "jsonb_build_array(%s, %s) ORDER BY %s, %s",
            SQL.identifier(query.table, "id"),
            name,
            SQL.identifier(query.table, "sequence"),
            SQL.identifier(query.table, "id"),
        )
        return {"segments": query.select(SQL("jsonb_agg(%s)", pair))}

    def _get_header_facts(self, values):
        """Return what the header shows of the values of ``_get_header_selects``.

        ``segments``: ``[{"id", "name"}]``, those the user may see.
        """
        return {
            "segments": [
                {"id": segment_id, "name": name}
                for segment_id, name in values.get("segments") or []
            ]
        }
