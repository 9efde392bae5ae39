from odoo import api, models
from odoo.tools import SQL


class C360CustomerCost(models.AbstractModel):
    """Tickets, at the price of the company that has them."""

    _inherit = "c360.customer.cost"

    @api.model
    def _get_flush(self):
        return {
            **super()._get_flush(),
            "helpdesk.ticket": ["partner_id", "company_id", "active"],
        }

    @api.model
    def _get_sources(self, scope):
        tickets = SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id,
                   ticket.company_id,
                   SUM(company.c360_ticket_cost) AS cost
              FROM res_partner AS partner
              JOIN LATERAL (%(tickets)s) AS ticket ON ticket.partner_id = partner.id
              JOIN res_company AS company
                ON company.id = ticket.company_id AND company.c360_ticket_cost > 0
             WHERE %(of_partner)s AND ticket.active
          GROUP BY 1, 2
            """,
            tickets=scope.rows("helpdesk_ticket"),
            of_partner=scope.only("partner.commercial_partner_id"),
        )
        return [*super()._get_sources(scope), tickets]

    @api.model
    def _get_price_fields(self):
        return [*super()._get_price_fields(), "c360_ticket_cost"]

    @api.model
    def _get_changed_sources(self, since):
        tickets = SQL(
            "SELECT partner_id FROM helpdesk_ticket WHERE write_date >= %s", since
        )
        return [*super()._get_changed_sources(since), tickets]
