from odoo import api, fields, models
from odoo.exceptions import UserError


class C360CustomerSegmentAdd(models.TransientModel):
    """Put the chosen customers into a segment kept by hand, an old or a new one."""

    _name = "c360.customer.segment.add"
    _description = "Add to a Segment"

    segment_id = fields.Many2one(
        comodel_name="c360.customer.segment",
        domain="[('kind', '=', 'fixed')]",
    )
    name = fields.Char(string="Or a New One Called")
    partner_count = fields.Integer(string="Customers", compute="_compute_partner_count")

    @api.depends_context("active_ids", "active_model")
    def _compute_partner_count(self):
        self.partner_count = len(self._get_partners().commercial_partner_id)

    def _get_partners(self):
        """Return the contacts of the list the wizard was opened from."""
        records = self.env[self.env.context.get("active_model", "res.partner")].browse(
            self.env.context.get("active_ids", [])
        )
        return records if records._name == "res.partner" else records.partner_id

    def action_add(self):
        """Add them and open who is in the segment now.

        :raise UserError: without a segment to add them to
        """
        self.ensure_one()
        segment = self.segment_id
        if not segment and not self.name:
            raise UserError(self.env._("Choose a segment, or name a new one."))
        if not segment:
            segment = segment.create({"name": self.name, "kind": "fixed"})
        segment._add_partners(self._get_partners())
        return segment.action_view_members()
