from odoo import api, fields, models

from ...models.contact.c360_contact_link_page import WISHES
from ...models.contact.c360_contact_policy import CHANNELS


class C360ContactPreferenceRecord(models.TransientModel):
    """How a customer wants to be contacted, as he told us."""

    _name = "c360.contact.preference.record"
    _description = "Record Contact Preferences"

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Contact", required=True
    )
    preferred_channel = fields.Selection(selection=CHANNELS)
    hour_from = fields.Float(string="Reachable From")
    hour_to = fields.Float(string="Reachable Until")
    pause_until = fields.Datetime()
    limit_count = fields.Integer(string="At Most")
    limit_unit = fields.Selection(
        selection=[
            ("day", "a day"),
            ("week", "a week"),
            ("month", "a month"),
            ("year", "a year"),
        ],
        string="Per",
    )
    proof = fields.Text()

    @api.model
    def default_get(self, fields_list):
        """Start from what he wishes today."""
        values = super().default_get(fields_list)
        partner_id = values.get("partner_id")
        if partner_id:
            current_sudo = self.env["c360.contact.preference"]._get_current(
                [partner_id], []
            )
            # only what the user may read himself
            current = current_sudo.sudo(False)._filtered_access("read")
            if current:
                values.update({name: current[-1][name] for name in WISHES})
        return values

    def action_record(self):
        """Append the row.

        :raise AccessError: the contact is not to be read
        """
        self.ensure_one()
        self.partner_id.check_access("read")
        self.env["c360.contact.preference"]._record(
            [
                {
                    "partner_id": self.partner_id.id,
                    **{name: self[name] for name in WISHES},
                    "source": "staff",
                    "proof": self.proof,
                    "company_id": self.env.company.id,
                }
            ]
        )
        return {"type": "ir.actions.act_window_close"}
