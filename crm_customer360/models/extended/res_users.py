from odoo import models


class ResUsers(models.Model):
    # The mixins come first: they have to see the host's method as its super().
    _name = "res.users"
    _inherit = ["c360.customer.user.mixin", "c360.pool.user.mixin", "res.users"]

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["c360.pool.deadline"]._schedule(user_ids=self.ids)
        return result

    def _action_reset_password(self, signup_type="reset"):
        result = super()._action_reset_password(signup_type)
        if not (
            self.env.context.get("install_mode") or self.env.context.get("import_file")
        ):
            # The host sends these mails inside a savepoint it rolls back: what the
            # ledger booked there is gone, so it is booked again.
            self._book_access_mail()
        return result

    def _book_access_mail(self):
        """Book the signup or password mail of everybody outside the company."""
        guests = self.partner_id.filtered("partner_share")
        if guests:
            touches = self.env["c360.contact.gate"]._reserve(
                guests, "email", "transactional"
            )
            touches._move("sent", subject=self.env._("Access to the portal"))
