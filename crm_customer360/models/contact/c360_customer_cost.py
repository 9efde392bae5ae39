from odoo import api, models
from odoo.tools import SQL


class C360CustomerCost(models.AbstractModel):
    """Visits, calls and messages of the ledger, at the prices of the company."""

    _inherit = "c360.customer.cost"

    @api.model
    def _get_flush(self):
        return {
            **super()._get_flush(),
            "c360.contact.touch": ["customer_id", "company_id", "channel", "state"],
        }

    @api.model
    def _get_sources(self, scope):
        touches = SQL(
            """
            SELECT touch.customer_id AS partner_id, touch.company_id,
                   SUM(CASE touch.channel WHEN 'visit' THEN company.c360_visit_cost
                            WHEN 'phone' THEN company.c360_call_cost
                            ELSE company.c360_message_cost END) AS cost
              FROM c360_contact_touch AS touch
              JOIN res_company AS company
                ON company.id = touch.company_id
               AND (company.c360_visit_cost > 0 OR company.c360_call_cost > 0
                    OR company.c360_message_cost > 0)
             WHERE %(of_touch)s
               AND touch.customer_id IS NOT NULL
               AND touch.state IN ('sent', 'answered')
               AND touch.channel <> 'other'
          GROUP BY 1, 2
            """,
            of_touch=scope.only("touch.customer_id"),
        )
        return [*super()._get_sources(scope), touches]

    @api.model
    def _get_price_fields(self):
        return [
            *super()._get_price_fields(),
            "c360_visit_cost",
            "c360_call_cost",
            "c360_message_cost",
        ]

    @api.model
    def _get_changed_sources(self, since):
        # by the index on the date; what becomes of an older one is found when
        # everybody is looked at
        touches = SQL(
            "SELECT customer_id FROM c360_contact_touch WHERE date >= %s", since
        )
        return [*super()._get_changed_sources(since), touches]
