from odoo import api, fields, models
from odoo.fields import Domain

from .c360_contact_purpose import PURPOSES

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("phone", "Phone call"),
    ("letter", "Letter"),
    ("visit", "Visit"),
    ("chat", "Chat"),
    ("other", "Other"),
]

QUIET_WEEKDAYS = (
    "quiet_monday",
    "quiet_tuesday",
    "quiet_wednesday",
    "quiet_thursday",
    "quiet_friday",
    "quiet_saturday",
    "quiet_sunday",
)


class C360ContactPolicy(models.Model):
    """When a customer may be contacted: how often, at which hours, and when not.

    All policies that apply are asked, the strictest wins. Which purposes can be
    limited at all is said by ``c360.contact.purpose``.
    """

    _name = "c360.contact.policy"
    _description = "Contact Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("limit", "Limit"),
            ("quiet", "Quiet times"),
            ("stop", "Stop"),
        ],
        required=True,
        default="limit",
    )
    date_from = fields.Datetime(string="Valid From")
    date_to = fields.Datetime(string="Valid Until")
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        help="Empty: every company, each counted for itself.",
    )
    channel = fields.Selection(
        selection=CHANNELS,
        help="Empty: all channels count together.",
    )
    purpose_ids = fields.Many2many(
        comodel_name="c360.contact.purpose",
        string="Purposes",
        help="Empty: all purposes that count, together.",
    )
    # One purpose or none, for callers that think in codes.
    purpose = fields.Selection(
        selection=PURPOSES,
        compute="_compute_purpose",
        inverse="_inverse_purpose",
        search="_search_purpose",
        export_string_translation=False,
    )
    scope = fields.Selection(
        selection=[
            ("contact", "Each contact person"),
            ("customer", "The whole customer"),
        ],
        required=True,
        default="contact",
        string="Counted For",
        help="The whole customer: the company with all its contact persons together.",
    )
    # An integer column cannot tell “no limit” from zero, which means never.
    is_limited = fields.Boolean(string="Limit the Number", default=False)
    limit_count = fields.Integer(
        string="At Most",
        help="Zero: never. The number itself is still allowed.",
    )
    period_count = fields.Integer(string="In", required=True, default=7)
    period_unit = fields.Selection(
        selection=[
            ("hour", "Hours"),
            ("day", "Days"),
            ("week", "Weeks"),
            ("month", "Months"),
            ("year", "Years"),
        ],
        required=True,
        default="day",
    )
    # Quiet hours and days, on the clock on the customer's wall
    hour_from = fields.Float(
        string="Quiet From",
        default=20.0,
        help="On the clock of the customer: his time zone, else that of the company.",
    )
    hour_to = fields.Float(string="Quiet Until", default=8.0)
    quiet_monday = fields.Boolean(string="Monday")
    quiet_tuesday = fields.Boolean(string="Tuesday")
    quiet_wednesday = fields.Boolean(string="Wednesday")
    quiet_thursday = fields.Boolean(string="Thursday")
    quiet_friday = fields.Boolean(string="Friday")
    quiet_saturday = fields.Boolean(string="Saturday")
    quiet_sunday = fields.Boolean(string="Sunday")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Holidays Of",
        ondelete="set null",
        help="The public holidays of this working schedule are quiet days.",
    )
    # What stops contacts, as the ERP knows it
    stop_kind = fields.Selection(
        selection=[
            ("dispute", "An invoice is in dispute"),
            ("overdue", "An invoice is overdue"),
            ("undelivered", "The customer waits for goods"),
            ("dead_address", "The address cannot be reached"),
        ],
        string="While",
    )
    stop_days = fields.Integer(
        string="For More Than (days)",
        help="Zero: from the first day.",
    )
    stop_count = fields.Integer(
        string="Failures in a Row",
        default=3,
        help="Returned e-mails, and contacts that failed with no success since.",
    )
    partner_domain = fields.Char(
        string="Only For",
        help="Contacts the policy is for; empty: everybody.",
    )
    summary = fields.Char(string="In Words", compute="_compute_summary")

    _limit_not_negative = models.Constraint(
        "CHECK (limit_count >= 0)",
        "A limit cannot be negative. Use 0 for never, or clear “Limit the Number”.",
    )
    _period_positive = models.Constraint(
        "CHECK (period_count > 0)",
        "The period must be at least 1.",
    )

    # ------------------------------------------------------------------ compute

    @api.depends("purpose_ids.code")
    def _compute_purpose(self):
        for policy in self:
            purposes = policy.purpose_ids
            policy.purpose = purposes.code if len(purposes) == 1 else False

    def _inverse_purpose(self):
        by_code = {
            purpose.code: purpose
            for purpose in self.env["c360.contact.purpose"].search([])
        }
        for policy in self:
            policy.purpose_ids = by_code.get(policy.purpose)

    def _search_purpose(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = [code for code in value if code]
        domain = Domain("purpose_ids.code", "in", codes)
        return domain | Domain("purpose_ids", "=", False) if False in value else domain

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        for vals in vals_list:
            self._check_known(vals)
        return super().create([self._normalize_limit(vals) for vals in vals_list])

    def write(self, vals):
        self.env.registry.clear_cache()
        self._check_known(vals)
        return super().write(self._normalize_limit(vals))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _normalize_limit(self, vals):
        """An empty limit limits nothing, a given one limits: zero means never."""
        if "limit_count" not in vals or "is_limited" in vals:
            return vals
        limit = vals["limit_count"]
        return {**vals, "is_limited": limit is not None and limit is not False}

    # ------------------------------------------------------------------ actions

    def action_simulate(self):
        """Show what the policy would have done to the last 30 days.

        :raise AccessError: the user may not change policies
        """
        self.ensure_one()
        self.check_access("write")
        simulation = self.env["c360.contact.simulation"].create({"policy_id": self.id})
        simulation._run()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Last 30 Days"),
            "res_model": simulation._name,
            "res_id": simulation.id,
            "view_mode": "form",
        }
