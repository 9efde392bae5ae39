from odoo import api, models

from ..customer.c360_customer_segment_condition import SegmentSubject


class C360CustomerSegmentCondition(models.Model):
    """Segments by what was said, and when."""

    _inherit = "c360.customer.segment.condition"

    @api.model
    def _get_subjects(self):
        return {
            **super()._get_subjects(),
            "touch": SegmentSubject(
                self.env._("a contact made"),
                "c360.contact.touch",
                partner="customer_id",
                date="date",
                domain=(("state", "in", ("sent", "answered")),),
            ),
        }
