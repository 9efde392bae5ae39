from odoo import models


class C360CustomerPage(models.AbstractModel):
    """The segments of the customer, a line of badges on his page."""

    _inherit = "c360.customer.page"

    def _get_header(self, partner, customer, contacts):
        header = super()._get_header(partner, customer, contacts)
        header["segments"] = self._get_segments(customer)
        return header

    def _get_segments(self, customer):
        """Return the segments the user may see: ``[{"id", "name"}]``; one query."""
        Segment = self.env["c360.customer.segment"]
        if not Segment._is_used() or not Segment.has_access("read"):
            return []
        segments = Segment.search_fetch(
            [
                (
                    "member_ids",
                    "any",
                    [
                        ("partner_id", "=", customer.id),
                        ("date_to", "=", False),
                    ],
                ),
                ("company_id", "=", self.env.company.id),
            ],
            ["name"],
        )
        return [{"id": segment.id, "name": segment.name} for segment in segments]
