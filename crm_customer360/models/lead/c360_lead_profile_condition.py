import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# Known only while somebody works on a lead, or when it has ended: what they say about
# won leads is no news about new ones.
LATE_FIELDS = {
    "active",
    "activity_ids",
    "automated_probability",
    "calendar_event_ids",
    "check_state",
    "date_closed",
    "date_conversion",
    "date_deadline",
    "date_last_stage_update",
    "date_open",
    "day_close",
    "day_open",
    "duration_tracking",
    "expected_revenue",
    "grade",
    "grade_points",
    "is_rotting",
    "lost_reason_id",
    "message_ids",
    "order_ids",
    "partner_id",
    "pool_state",
    "priority",
    "probability",
    "profile_id",
    "prorated_revenue",
    "quotation_count",
    "recurring_revenue",
    "rotting_days",
    "sale_amount_total",
    "sale_order_count",
    "stage_id",
    "tag_ids",
    "team_id",
    "type",
    "user_id",
    "won_status",
}


class C360LeadProfileCondition(models.Model):
    """A condition of a target profile, and what it is worth."""

    _name = "c360.lead.profile.condition"
    _description = "Condition of a Target Profile"
    _order = "sequence, id"

    profile_id = fields.Many2one(
        comodel_name="c360.lead.profile",
        required=True,
        ondelete="cascade",
        index=True,
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True,
        translate=True,
        help="What it means in words; salespeople read it on the lead.",
    )
    lead_domain = fields.Char(string="Leads That Meet It", required=True, default="[]")
    weight = fields.Integer(
        string="Points", default=10, help="May be negative: a reason against the lead."
    )
    is_late = fields.Boolean(
        string="Known Too Late",
        compute="_compute_is_late",
        help="Looks at something that is only known while somebody works on the lead, "
        "or after its end. Nothing is learned from it.",
    )
    proposed_weight = fields.Integer(string="Proposed", readonly=True, copy=False)
    # set by learning; without a proposal the column stays empty
    has_proposal = fields.Boolean(readonly=True, copy=False)

    @api.depends("lead_domain")
    def _compute_is_late(self):
        for condition in self:
            fields_used = self._get_fields(condition.lead_domain)
            condition.is_late = bool(fields_used & LATE_FIELDS)

    @api.constrains("lead_domain")
    def _check_lead_domain(self):
        for condition in self:
            try:
                domain = Domain(literal_eval(condition.lead_domain or "[]"))
                self.env["crm.lead"].search(domain, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The condition “%(condition)s” cannot be read: %(error)s",
                        condition=condition.name,
                        error=error,
                    )
                ) from error
            if domain.is_true():
                raise ValidationError(
                    self.env._(
                        "The condition “%(condition)s” is met by every lead: say "
                        "which ones are meant.",
                        condition=condition.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        conditions = super().create(vals_list)
        self.env["c360.lead.profile"]._grading_changed()
        return conditions

    def write(self, vals):
        result = super().write(vals)
        if {"weight", "lead_domain", "profile_id"} & vals.keys():
            self.env["c360.lead.profile"]._grading_changed()
        return result

    def unlink(self):
        profiles = self.profile_id
        result = super().unlink()
        profiles.exists()._check_condition_ids()
        self.env["c360.lead.profile"]._grading_changed()
        return result

    @api.model
    def _get_fields(self, domain):
        """Return the fields of a lead a domain looks at, without their paths.

        :param str domain: as it is stored; what cannot be read has none
        """
        try:
            conditions = list(Domain(literal_eval(domain or "[]")).iter_conditions())
        except (SyntaxError, TypeError, ValueError):
            return set()
        return {condition.field_expr.partition(".")[0] for condition in conditions}

    @api.model
    def _warn(self, condition_id, domain):
        _logger.warning("Profile condition %s skipped: %s", condition_id, domain)
