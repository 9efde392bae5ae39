from odoo import fields, models


class C360Pool(models.Model):
    """Leads that ask for a skill go to those who have it."""

    _inherit = "c360.pool"

    skill_ids = fields.One2many(
        comodel_name="c360.pool.skill", inverse_name="pool_id", string="Skills"
    )

    def _get_allocation_bars(self, lead_ids, user_ids):
        bars = super()._get_allocation_bars(lead_ids, user_ids)
        # managers of a pool hand out by the same rules
        rules_sudo = self.sudo().skill_ids
        for rule in rules_sudo:
            fits = self._search_rule(rule.lead_domain, lead_ids)
            asking = lead_ids if fits is None else fits
            unskilled = set(user_ids) - rule._get_skilled_ids(user_ids)
            bars |= {(lead, user) for lead in asking for user in unskilled}
        return bars
