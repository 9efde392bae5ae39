from odoo import api, models
from odoo.tools.mail import email_normalize

from ..contact.c360_contact_touch_log import get_plain_words

# How the customer reached us, by the host's channel of the ticket. Mail is booked when
# its message is posted.
CHANNELS = {
    "helpdesk_mgmt.helpdesk_ticket_channel_web": "other",
    "helpdesk_mgmt.helpdesk_ticket_channel_phone": "phone",
}


class C360ServiceOpeningMixin(models.AbstractModel):
    """A ticket that a customer opened is a contact he made."""

    _name = "c360.service.opening.mixin"
    _description = "Ticket Opened by a Customer"

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._log_opening()
        return tickets

    def _log_opening(self):
        channels = {
            self.env["ir.model.data"]._xmlid_to_res_id(xmlid): channel
            for xmlid, channel in CHANNELS.items()
        }
        opened = self.filtered(
            lambda ticket: (
                ticket.channel_id.id in channels
                and (ticket.partner_id or ticket.partner_email)
            )
        )
        if not opened:
            return
        # Who opens a ticket in the portal may not read what belongs to it.
        opened_sudo = opened.sudo()
        self.env["c360.contact.touch"]._log(
            [ticket._prepare_opening_vals(channels) for ticket in opened_sudo]
        )

    def _prepare_opening_vals(self, channels):
        self.ensure_one()
        vals = {
            "direction": "in",
            "channel": channels[self.channel_id.id],
            "purpose": "service",
            "purpose_source": "system",
            "partner_id": self.partner_id.id,
            "subject": self.name,
            "outcome": get_plain_words(self.description),
            "source_model": self._name,
            "source_id": self.id,
            "company_id": self.company_id.id or self.env.company.id,
            # whoever took the call down
            "user_id": False if self.env.user.share else self.env.uid,
        }
        if not self.partner_id:
            address = email_normalize(self.partner_email)
            vals.update(partner_name=self.partner_name, address=address)
        return vals
