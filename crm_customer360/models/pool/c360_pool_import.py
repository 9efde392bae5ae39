from odoo import fields, models


class C360LeadImport(models.Model):
    """Card lists that go straight into a pool."""

    _inherit = "c360.lead.import"

    pool_id = fields.Many2one(
        comodel_name="c360.pool",
        string="Into Pool",
        check_company=True,
        ondelete="set null",
        help="Empty: the leads enter the first pool whose rule they fit.",
    )

    def _check_import(self):
        if self.pool_id:
            # whose pool he may not see, he puts nothing into
            self.pool_id.check_access("read")
        return super()._check_import()

    def _prepare_common_vals(self):
        vals = super()._prepare_common_vals()
        if self.pool_id and not self.user_id and self.env["c360.pool"]._is_enabled():
            vals["pool_id"] = self.pool_id.id
        return vals

    def _place(self, leads):
        placed = leads.filtered(lambda lead: lead.pool_id == self.pool_id)
        if self.pool_id and placed and not self.user_id:
            # what turned out invalid is set aside, in no pool
            aside = placed.filtered(lambda lead: not lead.active)
            aside.write({"pool_id": False})
            self.env["c360.pool.move"]._append(
                "enter", placed - aside, reason=self.file_name
            )
        return super()._place(leads)
