from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.contact_array import array_literal


class C360ContactGate(models.AbstractModel):
    """An open complaint stops contacts the customer did not ask for."""

    _inherit = "c360.contact.gate"

    @api.model
    def _get_suppressions(self, customers, purpose, at):
        suppressions = super()._get_suppressions(customers, purpose, at)
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_complaint"
        ):
            return suppressions
        # Whoever writes to the customer must be stopped, also when he may not read
        # the ticket; he learns its number only.
        tickets_sudo = (
            self.env["helpdesk.ticket"]
            .sudo()
            .search_fetch(
                self._get_open_complaint_domain(customers),
                ["number", "commercial_partner_id"],
                order="id desc",
            )
        )
        # the oldest open complaint is named: it comes last and wins
        for ticket in tickets_sudo:
            suppressions[ticket.commercial_partner_id.id] = {
                "reason": self.env._(
                    "Open complaint %(number)s: no care, sales or marketing messages "
                    "until it is closed.",
                    number=ticket.number,
                ),
                "policy": False,
            }
        return suppressions

    @api.model
    def _get_open_complaint_domain(self, customers):
        """Return the open complaints of these commercial partners.

        Tickets of the current company, and those of none.
        """
        return (
            Domain("is_complaint", "=", True)
            & Domain("active", "=", True)
            & Domain(
                "commercial_partner_id",
                "in",
                # one value: of a list of thousands, the database reads each
                SQL("(SELECT unnest(%s::int[]))", array_literal(customers.ids)),
            )
            & Domain("company_id", "in", [self.env.company.id, False])
            # a ticket without a stage is open too
            & ~Domain("stage_id.closed", "=", True)
        )
