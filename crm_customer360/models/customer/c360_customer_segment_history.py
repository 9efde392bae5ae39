from odoo import fields, models
from odoo.tools import SQL


class C360CustomerSegmentHistory(models.Model):
    """Who came into segments and dropped out, day by day: two rows a finished stay."""

    _name = "c360.customer.segment.history"
    _description = "Segment History"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _auto = False
    _depends = {
        "c360.customer.segment.member": [
            "date_from",
            "date_to",
            "partner_id",
            "segment_id",
        ]
    }

    segment_id = fields.Many2one(comodel_name="c360.customer.segment", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        selection=[("entered", "Entered"), ("left", "Left")],
        string="What",
        readonly=True,
    )
    change = fields.Integer(string="Customers", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT 2 * id AS id, segment_id, partner_id, date_from AS date,
                   'entered' AS kind, 1 AS change
              FROM c360_customer_segment_member
         UNION ALL
            SELECT 2 * id + 1, segment_id, partner_id, date_to, 'left', -1
              FROM c360_customer_segment_member
             WHERE date_to IS NOT NULL
            """
        )
