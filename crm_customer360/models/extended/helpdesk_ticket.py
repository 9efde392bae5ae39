from odoo import models


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = [
        "c360.customer.moved.mixin",
        "c360.service.opening.mixin",
        "helpdesk.ticket",
        "c360.customer.page.mixin",
        "c360.contact.document.mixin",
        "c360.service.complaint.mixin",
    ]

    # The customer's page and timeline: tickets of a contact, newest first.
    _c360_timeline_idx = models.Index("(partner_id, create_date DESC, id DESC)")
    # The gate: has one of these customers an open complaint?
    _complaint_idx = models.Index("(commercial_partner_id) WHERE is_complaint")
