from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

# Days an invoice may be late before it says something about the customer
LATE_DAYS = 30
LATE = 0.2


class C360CustomerChurn(models.AbstractModel):
    """Who no longer pays may be about to leave."""

    _inherit = "c360.customer.churn"

    @api.model
    def _get_words(self):
        words = super()._get_words()
        words["late_payment"] = self.env._("an invoice is unpaid for a month")
        return words

    @api.model
    def _get_selects(self, customers, company, today):
        self.env["account.move"].flush_model(
            ["commercial_partner_id", "company_id", "payment_state", "invoice_date_due"]
        )
        late = SQL(
            """
            SELECT DISTINCT move.commercial_partner_id, 'late_payment', %(weight)s
              FROM account_move AS move
             WHERE move.commercial_partner_id = ANY(%(customers)s)
               AND move.company_id = %(company_id)s
               AND move.move_type = 'out_invoice'
               AND move.state = 'posted'
               AND move.payment_state IN ('not_paid', 'partial')
               AND move.invoice_date_due < %(day)s
            """,
            weight=LATE,
            customers=customers,
            company_id=company.id,
            day=today - timedelta(days=LATE_DAYS),
        )
        return super()._get_selects(customers, company, today) + [late]
