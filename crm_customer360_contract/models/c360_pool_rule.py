from odoo import fields, models


class C360PoolRule(models.Model):
    _inherit = "c360.pool.rule"

    kind = fields.Selection(
        selection_add=[("contract_end", "The contract ended without renewal")],
        ondelete={"contract_end": "cascade"},
    )

    def _get_clause(self):
        if self.kind != "contract_end":
            return super()._get_clause()
        return self.env._(
            "whose contract ended %(days)s working days ago without renewal",
            days=self.days,
        )

    def _get_reason(self):
        if self.kind != "contract_end":
            return super()._get_reason()
        return self.env._("The contract ended without renewal")
