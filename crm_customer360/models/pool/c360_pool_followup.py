from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class C360PoolMixin(models.AbstractModel):
    """Has the owner done anything with the lead he took?"""

    _inherit = "c360.pool.mixin"

    pool_silent = fields.Boolean(
        string="Held Without Contact",
        compute="_compute_pool_silent",
        search="_search_pool_silent",
        help="Nobody has contacted the lead since its owner has it.",
    )

    @api.depends("pool_date", "pool_state")
    def _compute_pool_silent(self):
        held = self.filtered(lambda lead: lead.pool_state == "held")
        silent = self.search([("id", "in", held.ids), ("pool_silent", "=", True)])
        for lead in self:
            lead.pool_silent = lead in silent

    @api.model
    def _search_pool_silent(self, operator, value):
        if operator != "in":
            return NotImplemented
        silent = Domain("pool_state", "=", "held") & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """
                NOT EXISTS (
                    SELECT
                      FROM c360_contact_touch AS touch
                     WHERE touch.lead_id = %(lead)s
                       AND touch.direction = 'out'
                       AND touch.state IN ('sent', 'answered')
                       AND touch.date >= %(since)s
                    )
                """,
                lead=SQL.identifier(alias, "id"),
                since=model._field_to_sql(alias, "pool_date", query),
            )
        )
        return silent if True in value else ~silent
