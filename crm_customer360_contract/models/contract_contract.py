from odoo import api, models

END_FIELDS = {"active", "company_id", "contract_type", "date_end", "partner_id"}


class ContractContract(models.Model):
    _inherit = "contract.contract"

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._move_lead_deadlines()
        return contracts

    def write(self, vals):
        moves = END_FIELDS & vals.keys() or "contract_line_ids" in vals
        if moves:
            # of the customer it was with, too
            self._move_lead_deadlines()
        result = super().write(vals)
        if moves:
            self._move_lead_deadlines()
        return result

    def _move_lead_deadlines(self):
        """Reckon the deadlines of held leads of these customers anew."""
        rules = self.env["c360.pool.rule"]._get_table()
        if not any(rule.kind == "contract_end" for rule in rules):
            return
        # Whoever writes contracts need not see the customer, nor his leads.
        customers_sudo = self.sudo().commercial_partner_id
        leads_sudo = self.env["crm.lead"].sudo()
        self.env["c360.pool"]._set_deadlines(
            leads_sudo.search(
                [
                    ("pool_state", "=", "held"),
                    ("partner_id.commercial_partner_id", "in", customers_sudo.ids),
                ]
            )
        )
