from odoo import api, models
from odoo.tools import SQL

from ...tools.contact_array import array_literal


class C360ContactGate(models.AbstractModel):
    """An open complaint stops contacts the customer did not ask for.

    Tickets of the company that writes, and those of none.
    """

    _inherit = "c360.contact.gate"

    @api.model
    def _get_suppressions(self, customers, purpose, at):
        suppressions = super()._get_suppressions(customers, purpose, at)
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_complaint"
        ):
            return suppressions
        # Whoever writes to the customer must be stopped, also when he may not read
        # the ticket, hence in SQL; he learns its number only.
        self.env["helpdesk.ticket"].flush_model(
            [
                "active",
                "commercial_partner_id",
                "company_id",
                "is_complaint",
                "number",
                "stage_id",
            ]
        )
        self.env["helpdesk.ticket.stage"].flush_model(["closed"])
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT ticket.commercial_partner_id, ticket.number
                    FROM helpdesk_ticket AS ticket
               LEFT JOIN helpdesk_ticket_stage AS stage ON stage.id = ticket.stage_id
                   WHERE ticket.is_complaint
                     AND ticket.active
                     AND ticket.commercial_partner_id
                         IN (SELECT unnest(%(customer_ids)s::int[]))
                     AND (ticket.company_id = %(company_id)s
                          OR ticket.company_id IS NULL)
                     -- a ticket without a stage is open too
                     AND stage.closed IS NOT TRUE
                ORDER BY ticket.id DESC
                """,
                customer_ids=array_literal(customers.ids),
                company_id=self.env.company.id,
            )
        )
        # the oldest open complaint is named: it comes last and wins
        for customer_id, number in rows:
            suppressions[customer_id] = {
                "reason": self.env._(
                    "Open complaint %(number)s: no care, sales or marketing messages "
                    "until it is closed.",
                    number=number,
                ),
                "policy": False,
            }
        return suppressions
