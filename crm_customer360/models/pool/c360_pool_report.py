from odoo import api, fields, models
from odoo.tools import SQL

GAINS = SQL("c360_pool_move.kind IN ('claim', 'assign', 'transfer')")
LOSSES = SQL("c360_pool_move.kind IN ('return', 'recycle', 'leave')")
# He has it still, and by this row: the host dates every change of owner, a moment
# before or after the ledger does.
KEPT = SQL(
    "(lead.user_id = c360_pool_move.user_id"
    " AND lead.date_open <= c360_pool_move.date + INTERVAL '1 minute')"
)
# Where people work without leads an opportunity is no progress, a quotation is.
PROGRESS = SQL(
    """
    (lead.date_conversion >= c360_pool_move.date OR EXISTS (
        SELECT
          FROM sale_order AS sale
         WHERE sale.opportunity_id = lead.id AND sale.state <> 'cancel'
        ))
    """
)


class C360PoolReport(models.Model):
    """What leads came into the pools, who took them, and what became of them.

    One row per row of the ownership ledger of leads, and the same rows: whoever may not
    read a row of the ledger does not count it. Hours are those of the clock on the
    wall, day and night: a customer waits at night as well.
    """

    _name = "c360.pool.report"
    _description = "Pool Results"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "kind"
    _depends = {
        "c360.pool.move": [
            "company_id",
            "date",
            "is_customer",
            "kind",
            "lead_id",
            "pool_id",
            "previous_user_id",
            "reason",
            "return_reason_id",
            "rule_id",
            "user_id",
        ],
        "crm.lead": [
            "campaign_id",
            "date_conversion",
            "date_open",
            "medium_id",
            "source_id",
            "user_id",
            "won_status",
        ],
        "sale.order": ["opportunity_id", "state"],
        "c360.contact.touch": ["date", "direction", "lead_id", "state", "user_id"],
    }

    date = fields.Datetime(readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["c360.pool.move"]._fields["kind"].selection,
        string="What",
        readonly=True,
    )
    pool_id = fields.Many2one(comodel_name="c360.pool", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Member",
        readonly=True,
        help="Who got the lead; of a return: who had it.",
    )
    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    campaign_id = fields.Many2one(comodel_name="utm.campaign", readonly=True)
    medium_id = fields.Many2one(comodel_name="utm.medium", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    return_reason_id = fields.Many2one(
        comodel_name="c360.pool.return.reason",
        string="Why It Was Given Back",
        readonly=True,
    )
    rule_id = fields.Many2one(
        comodel_name="c360.pool.rule", string="Recycled by", readonly=True
    )
    reason = fields.Char(
        string="In Words", readonly=True, help="Of returned and recycled leads."
    )
    entered_count = fields.Integer(string="Came In", readonly=True)
    claimed_count = fields.Integer(string="Claimed", readonly=True)
    assigned_count = fields.Integer(string="Assigned", readonly=True)
    returned_count = fields.Integer(string="Given Back", readonly=True)
    recycled_count = fields.Integer(string="Recycled", readonly=True)
    converted_count = fields.Integer(
        string="Converted",
        readonly=True,
        help="Made an opportunity, or quoted, by the one who got them.",
    )
    won_count = fields.Integer(string="Won", readonly=True)
    claim_hours = fields.Float(
        string="Hours to a Claim",
        aggregator="avg",
        readonly=True,
        help="From the lead's coming into the pool to its claim.",
    )
    contact_hours = fields.Float(
        string="Hours to the First Contact",
        aggregator="avg",
        readonly=True,
        help="From the claim to the new owner's first contact.",
    )

    @property
    def _table_query(self):
        """The rows of the ledger the user may read, and what became of their leads."""
        query = self.env["c360.pool.move"]._search(
            [("is_customer", "=", False)], order="id"
        )
        return SQL(
            """
            SELECT %s
              FROM %s
         LEFT JOIN crm_lead AS lead ON lead.id = c360_pool_move.lead_id
             WHERE %s
            """,
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
            query.from_clause,
            query.where_clause or SQL("TRUE"),
        )

    @api.model
    def _get_columns(self):
        """Return ``{column: SQL}``; sub-selects only run where they are asked for."""
        own = (
            "id date kind pool_id lead_id company_id return_reason_id rule_id"
        ).split()
        return {
            **{name: SQL.identifier("c360_pool_move", name) for name in own},
            **{
                name: SQL.identifier("lead", name)
                for name in ("source_id", "campaign_id", "medium_id")
            },
            "user_id": SQL(
                "CASE WHEN %s THEN c360_pool_move.previous_user_id "
                "ELSE c360_pool_move.user_id END",
                LOSSES,
            ),
            "reason": SQL(
                "CASE WHEN %s THEN NULLIF(c360_pool_move.reason, '') END", LOSSES
            ),
            **{
                f"{name}_count": SQL(
                    "(c360_pool_move.kind = ANY(%s))::int", list(kinds)
                )
                for name, kinds in (
                    ("entered", ["enter"]),
                    ("claimed", ["claim"]),
                    ("assigned", ["assign", "transfer"]),
                    ("returned", ["return"]),
                    ("recycled", ["recycle"]),
                )
            },
            "converted_count": SQL(
                "COALESCE(%s AND %s AND %s, FALSE)::int", GAINS, KEPT, PROGRESS
            ),
            "won_count": SQL(
                "COALESCE(%s AND lead.won_status = 'won' AND %s, FALSE)::int",
                GAINS,
                KEPT,
            ),
            "claim_hours": self._get_hours(
                """
                SELECT MAX(earlier.date)
                  FROM c360_pool_move AS earlier
                 WHERE earlier.lead_id = c360_pool_move.lead_id
                   AND earlier.id < c360_pool_move.id
                   AND earlier.kind IN ('enter', 'return', 'recycle')
                """,
                sign=-1,
            ),
            "contact_hours": self._get_hours(
                """
                SELECT MIN(touch.date)
                  FROM c360_contact_touch AS touch
                 WHERE touch.lead_id = c360_pool_move.lead_id
                   AND touch.user_id = c360_pool_move.user_id
                   AND touch.direction = 'out'
                   AND touch.state IN ('sent', 'answered')
                   AND touch.date >= c360_pool_move.date
                """,
                sign=1,
            ),
        }

    @api.model
    def _get_hours(self, moment, sign):
        """Return SQL for the hours between a gain and another moment.

        :param str moment: a sub-select
        :param int sign: 1 when it comes after the gain, -1 before
        """
        return SQL(
            "CASE WHEN %s THEN "
            "EXTRACT(EPOCH FROM (%s) - c360_pool_move.date) / 3600 * %s END",
            GAINS,
            SQL(moment),
            sign,
        )

    def action_open_lead(self):
        """Open the lead of a row, for those who may see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "views": [(False, "form")],
        }
