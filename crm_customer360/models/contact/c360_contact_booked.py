from odoo import api, fields, models
from odoo.exceptions import AccessError


class C360ContactBookedMixin(models.AbstractModel):
    """What has a row of the ledger: what becomes of it, becomes of the row.

    So nobody but the system says which row that is. Read-only fields bind the screen
    alone.
    """

    _name = "c360.contact.booked.mixin"
    _description = "Booked on the Contact Ledger"

    contact_touch_id = fields.Many2one(
        comodel_name="c360.contact.touch",
        string="Contact",
        ondelete="set null",
        readonly=True,
        copy=False,
        # the cron that settles bookings nobody finished, and deleting a row
        index="btree_not_null",
    )

    @api.model
    def default_get(self, fields):
        # A default, of the context or of the user, is no way to a row either.
        values = super().default_get(fields)
        values.pop("contact_touch_id", None)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # Not even in sudo: values of users get there. Rows are booked afterwards.
        return super().create(
            [
                {name: vals[name] for name in vals if name != "contact_touch_id"}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "contact_touch_id" in vals and not self.env.su:
            raise AccessError(
                self.env._("Only the system ties something to a row of the ledger.")
            )
        return super().write(vals)
