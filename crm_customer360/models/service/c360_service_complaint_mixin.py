from odoo import fields, models


class C360ServiceComplaintMixin(models.AbstractModel):
    """A ticket that is a complaint: while it is open, nobody sells to the customer."""

    _name = "c360.service.complaint.mixin"
    _description = "Complaint"

    is_complaint = fields.Boolean(
        string="Complaint",
        tracking=True,
        help="While a complaint is open, the customer gets no care, sales or marketing "
        "messages. Messages about his orders, invoices and tickets still reach him.",
    )

    def action_mark_complaint(self):
        self.write({"is_complaint": True})

    def action_unmark_complaint(self):
        self.write({"is_complaint": False})
