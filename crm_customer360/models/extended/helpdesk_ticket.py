from odoo import models


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "c360.customer.page.mixin"]

    # The customer's page and timeline: tickets of a contact, newest first.
    _c360_timeline_idx = models.Index("(partner_id, create_date DESC, id DESC)")
