from odoo import api, fields, models
from odoo.fields import Domain


class C360CareRule(models.Model):
    """Care for the customers of some segments, or for all but those of others.

    While segments are switched off, members stay who they were: a rule never reaches
    more customers than it was written for.
    """

    _inherit = "c360.care.rule"

    segment_ids = fields.Many2many(
        comodel_name="c360.customer.segment",
        relation="c360_care_rule_segment_rel",
        column1="rule_id",
        column2="segment_id",
        ondelete="restrict",
        string="Only Segments",
        help="In any of these; empty: every customer.",
    )
    excluded_segment_ids = fields.Many2many(
        comodel_name="c360.customer.segment",
        relation="c360_care_rule_excluded_segment_rel",
        column1="rule_id",
        column2="segment_id",
        ondelete="restrict",
        string="But Not Segments",
    )

    @api.depends("segment_ids", "excluded_segment_ids")
    def _compute_sentence(self):
        return super()._compute_sentence()

    def _get_partner_domain(self):
        domain = super()._get_partner_domain()
        # a rule reaches whom it names, whoever brings the event
        rule_sudo = self.sudo()
        for segments_sudo, operator in (
            (rule_sudo.segment_ids, "any"),
            (rule_sudo.excluded_segment_ids, "not any"),
        ):
            if segments_sudo:
                members = segments_sudo._get_member_sql()
                domain &= Domain("commercial_partner_id", operator, members)
        return domain
