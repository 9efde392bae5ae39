from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    is_disputed = fields.Boolean(
        string="In Dispute",
        copy=False,
        tracking=True,
        help="The customer does not accept this invoice. Contact policies may stop "
        "messages to him until it is settled or the mark is taken away.",
    )

    # The gate: has one of these customers an invoice in dispute?
    _c360_disputed_idx = models.Index("(commercial_partner_id) WHERE is_disputed")
    # The customer's timeline: newest posted invoices of a contact. The condition on
    # the type keeps the planner from walking the date index of all moves instead.
    _c360_timeline_idx = models.Index(
        "(partner_id, invoice_date DESC, id DESC) WHERE state = 'posted' "
        "AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )

    # The profile: which orders were credited? The page: what came back. Credit
    # notes are few.
    _c360_refund_idx = models.Index(
        "(commercial_partner_id) WHERE move_type = 'out_refund' AND state = 'posted'"
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        self.env["c360.customer.event"]._record(
            "invoice_posted",
            posted.filtered(lambda m: m.move_type in ("out_invoice", "out_refund")),
        )
        return posted

    def button_draft(self):
        posted = self.filtered(
            lambda m: (
                m.state == "posted" and m.move_type in ("out_invoice", "out_refund")
            )
        )
        result = super().button_draft()
        self.env["c360.customer.event"]._record("invoice_withdrawn", posted)
        return result

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        # The host calls this again when a payment under way is settled.
        self.env["c360.customer.event"]._record_once(
            "invoice_paid", self.filtered(lambda m: m.move_type == "out_invoice")
        )
        return result
