from odoo import models

# A mailing is no follow-up, nor is a reminder to pay.
SILENT_PURPOSES = ("marketing", "survey", "collection")


class C360ContactTouch(models.Model):
    """A contact with the customer is a follow-up of the lead."""

    _inherit = "c360.contact.touch"

    def _on_state_changed(self):
        result = super()._on_state_changed()
        # Whoever moves the ledger (the mail queue, a colleague) tells the lead.
        touches_sudo = self.sudo().filtered(
            lambda touch: (
                touch.state in ("sent", "answered")
                and touch.purpose not in SILENT_PURPOSES
            )
        )
        self.env["c360.pool"]._note_followups(
            [
                (
                    touch.lead_id.id or None,
                    touch.partner_id.id or None,
                    touch.user_id.id if touch.direction == "out" else None,
                    touch.date,
                )
                for touch in touches_sudo
                if touch._is_followup()
            ]
        )
        return result

    def _is_followup(self):
        """Tell whether somebody turned to somebody: no machine, no mailing."""
        self.ensure_one()
        if self.direction == "in":
            return bool(self.lead_id or self.partner_id)
        return bool(self.lead_id or self.partner_id) and (
            self.user_id and not self.user_id._is_superuser()
        )
