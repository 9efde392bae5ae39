from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

COMPLAINT = 0.25
RISING = 0.15
# Tickets of the last quarter count as rising from so many on, twice those before
DAYS = 90
TICKETS = 3


class C360CustomerChurn(models.AbstractModel):
    """Who complains, or needs more help than before, may be about to leave."""

    _inherit = "c360.customer.churn"

    @api.model
    def _get_words(self):
        words = super()._get_words()
        words["complaint"] = self.env._("a complaint is open")
        words["tickets"] = self.env._("twice as many tickets as before")
        return words

    @api.model
    def _get_selects(self, customers, company, today):
        self.env["helpdesk.ticket"].flush_model(
            ["partner_id", "company_id", "stage_id", "is_complaint"]
        )
        params = {
            "customers": customers,
            "company_id": company.id,
            "begin": today - timedelta(days=2 * DAYS),
            "middle": today - timedelta(days=DAYS),
        }
        selects = [
            SQL(
                """
                SELECT partner.commercial_partner_id, 'tickets', %(weight)s
                  FROM res_partner AS partner
                  JOIN helpdesk_ticket AS ticket ON ticket.partner_id = partner.id
                 WHERE partner.commercial_partner_id = ANY(%(customers)s)
                   AND ticket.company_id = %(company_id)s
                   AND ticket.active
                   AND ticket.create_date >= %(begin)s
              GROUP BY partner.commercial_partner_id
                HAVING COUNT(*) FILTER (WHERE ticket.create_date >= %(middle)s)
                       >= GREATEST(%(tickets)s,
                                   2 * COUNT(*) FILTER (
                                       WHERE ticket.create_date < %(middle)s))
                """,
                weight=RISING,
                tickets=TICKETS,
                **params,
            )
        ]
        if self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_complaint"
        ):
            selects.append(
                SQL(
                    """
                    SELECT DISTINCT partner.commercial_partner_id, 'complaint',
                           %(weight)s
                      FROM res_partner AS partner
                      JOIN helpdesk_ticket AS ticket ON ticket.partner_id = partner.id
                      JOIN helpdesk_ticket_stage AS stage ON stage.id = ticket.stage_id
                     WHERE partner.commercial_partner_id = ANY(%(customers)s)
                       AND ticket.company_id = %(company_id)s
                       AND ticket.active
                       AND ticket.is_complaint
                       AND stage.closed IS NOT TRUE
                    """,
                    weight=COMPLAINT,
                    **params,
                )
            )
        return super()._get_selects(customers, company, today) + selects
