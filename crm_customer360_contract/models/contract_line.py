from odoo import api, models


class ContractLine(models.Model):
    _inherit = "contract.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.contract_id._move_lead_deadlines()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if "date_end" in vals:
            self.contract_id._move_lead_deadlines()
        return result

    def unlink(self):
        contracts = self.contract_id
        result = super().unlink()
        contracts._move_lead_deadlines()
        return result
