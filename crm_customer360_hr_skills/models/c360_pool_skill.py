from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_customer360.models.pool.c360_pool import RULE_ERRORS


class C360PoolSkill(models.Model):
    """Which leads of a pool ask for which skill."""

    _name = "c360.pool.skill"
    _description = "Skill a Pool Asks For"
    _order = "pool_id, sequence, id"
    _rec_name = "skill_id"

    pool_id = fields.Many2one(
        comodel_name="c360.pool", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    skill_id = fields.Many2one(
        comodel_name="hr.skill", required=True, ondelete="cascade"
    )
    skill_type_id = fields.Many2one(related="skill_id.skill_type_id")
    skill_level_id = fields.Many2one(
        comodel_name="hr.skill.level",
        string="At Least",
        ondelete="set null",
        domain="[('skill_type_id', '=', skill_type_id)]",
        help="Empty: any level will do.",
    )
    lead_domain = fields.Char(
        string="For Leads",
        default="[]",
        help="Leads that fit this rule ask for the skill. Empty: all of the pool.",
    )

    @api.constrains("lead_domain")
    def _check_lead_domain(self):
        # the words of a rule, not the rights of who writes it
        leads_sudo = self.env["crm.lead"].sudo()
        for rule in self:
            try:
                leads_sudo._search(literal_eval(rule.lead_domain or "[]"))
            except RULE_ERRORS as error:
                raise ValidationError(
                    self.env._(
                        "The rule %(rule)s cannot be read: %(error)s",
                        rule=rule.lead_domain,
                        error=error,
                    )
                ) from error

    def _get_skilled_ids(self, user_ids):
        """Return which of these users have the skill today, at the level asked for."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        # Whoever hands out leads need not see what employees can.
        skills_sudo = self.env["hr.employee.skill"].sudo()
        found = skills_sudo.search(
            [
                ("employee_id.user_id", "in", user_ids),
                ("skill_id", "=", self.skill_id.id),
                ("valid_from", "<=", today),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", today),
            ]
        )
        least = self.skill_level_id.level_progress
        return {
            skill.employee_id.user_id.id
            for skill in found
            if skill.level_progress >= least
        }
