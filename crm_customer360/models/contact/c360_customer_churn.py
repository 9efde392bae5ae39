from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

UNANSWERED = 0.15
# So many messages and calls in so many days, and not a word from him
DAYS = 90
TOUCHES = 4
REACHED = ("sent", "answered")


class C360CustomerChurn(models.AbstractModel):
    """Who does not answer any more may be about to leave."""

    _inherit = "c360.customer.churn"

    @api.model
    def _get_words(self):
        words = super()._get_words()
        words["unanswered"] = self.env._("has not answered for three months")
        return words

    @api.model
    def _get_selects(self, customers, company, today):
        selects = super()._get_selects(customers, company, today)
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_contact"
        ):
            return selects
        self.env["c360.contact.touch"].flush_model(
            ["customer_id", "company_id", "direction", "state", "date", "purpose"]
        )
        return selects + [
            SQL(
                """
                SELECT touch.customer_id, 'unanswered', %(weight)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.customer_id = ANY(%(customers)s)
                   AND (touch.company_id = %(company_id)s OR touch.company_id IS NULL)
                   AND touch.date >= %(day)s
                   -- nobody answers an invoice
                   AND touch.purpose <> 'transactional'
              GROUP BY touch.customer_id
                HAVING COUNT(*) FILTER (WHERE touch.direction = 'out'
                                          AND touch.state IN %(reached)s) >= %(touches)s
                   AND COUNT(*) FILTER (WHERE touch.direction = 'in'
                                           OR touch.state = 'answered') = 0
                """,
                weight=UNANSWERED,
                customers=customers,
                company_id=company.id,
                day=today - timedelta(days=DAYS),
                reached=REACHED,
                touches=TOUCHES,
            )
        ]
