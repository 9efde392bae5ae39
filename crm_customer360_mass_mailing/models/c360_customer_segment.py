from odoo import models


class C360CustomerSegment(models.Model):
    """From a segment to a mailing to its customers and their people."""

    _inherit = "c360.customer.segment"

    def action_send_mailing(self):
        """Open a new mailing to the members; who they are is asked when it leaves."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "views": [(False, "form")],
            "name": self.env._("Mailing"),
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr([("c360_segment_ids", "in", self.ids)]),
            },
        }
