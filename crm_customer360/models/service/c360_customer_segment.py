from odoo import api, models

from ..customer.c360_customer_segment_condition import SegmentSubject


class C360CustomerSegmentCondition(models.Model):
    """Segments by tickets and complaints."""

    _inherit = "c360.customer.segment.condition"

    @api.model
    def _get_subjects(self):
        return {
            **super()._get_subjects(),
            "ticket": SegmentSubject(
                self.env._("a ticket"), "helpdesk.ticket", date="create_date"
            ),
        }
