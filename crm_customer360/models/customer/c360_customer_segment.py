from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Who sees every customer, and so what they add up to
OVERVIEW = (
    "crm_customer360.group_leader,crm_customer360.group_care,"
    "crm_customer360.group_service,crm_customer360.group_analyst"
)
# What decides who is in a segment
DEFINITION = {
    "active",
    "company_id",
    "condition_ids",
    "domain",
    "excluded_segment_ids",
    "kind",
    "match",
    "reach",
}


class C360CustomerSegment(models.Model):
    """A group of customers: by conditions that are asked again every night, or by hand.

    Who is in it is written down in ``c360.customer.segment.member``, with the day he
    entered and the day he left; whatever uses a segment reads that table and never
    the conditions. The conditions speak of the documents of one company.
    """

    _name = "c360.customer.segment"
    _description = "Customer Segment"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    description = fields.Text(translate=True, help="What the segment is for.")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        help="Orders, tickets and figures of this company count.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    # Whose it is
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="May change it, as leaders may with shared ones.",
    )
    visibility = fields.Selection(
        selection=[
            ("own", "Only the owner"),
            ("team", "A sales team"),
            ("all", "Everybody"),
        ],
        string="For",
        required=True,
        default="all",
        help="Who sees the segment and may use it.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", check_company=True
    )
    # Who is in it
    kind = fields.Selection(
        selection=[("dynamic", "By conditions"), ("fixed", "By hand")],
        string="Members",
        required=True,
        default="dynamic",
        help="By conditions: asked again every night. By hand: customers are added "
        "from the lists of customers and contacts, or imported.",
    )
    reach = fields.Selection(
        selection=[
            ("customer", "Customers who ordered"),
            ("profile", "Customers and prospects"),
            ("all", "Everybody in the address book"),
        ],
        string="Among",
        required=True,
        default="profile",
        help="Persons of a company are never members by themselves: the company is.",
    )
    domain = fields.Char(
        string="Who Match",
        default="[]",
        help="Of the customer himself: country, tags, salesperson, profile …",
    )
    match = fields.Selection(
        selection=[("all", "all"), ("any", "at least one")],
        string="And Fulfil",
        required=True,
        default="all",
    )
    condition_ids = fields.One2many(
        comodel_name="c360.customer.segment.condition",
        inverse_name="segment_id",
        string="Conditions",
        copy=True,
    )
    excluded_segment_ids = fields.Many2many(
        comodel_name="c360.customer.segment",
        relation="c360_customer_segment_excluded_rel",
        column1="segment_id",
        column2="excluded_id",
        string="But Not In",
        check_company=True,
        domain="[('id', '!=', id), ('company_id', '=', company_id)]",
    )
    member_ids = fields.One2many(
        comodel_name="c360.customer.segment.member", inverse_name="segment_id"
    )
    # Written by the refresh
    date_refreshed = fields.Datetime(string="Refreshed On", readonly=True, copy=False)
    refresh_error = fields.Char(
        string="What Is Wrong",
        readonly=True,
        copy=False,
        help="Why the conditions could not be asked. The members stay as they were.",
    )
    partner_count = fields.Integer(
        string="Customers",
        readonly=True,
        copy=False,
        groups=OVERVIEW,
        help="All members.",
    )
    own_count = fields.Integer(
        string="Your Customers",
        compute="_compute_own_count",
        help="The members you may see.",
    )
    entered_count = fields.Integer(
        string="Entered",
        readonly=True,
        copy=False,
        groups=OVERVIEW,
        help="Customers who came in within the last 30 days.",
    )
    left_count = fields.Integer(
        string="Left",
        readonly=True,
        copy=False,
        groups=OVERVIEW,
        help="Customers who dropped out within the last 30 days.",
    )
    revenue = fields.Monetary(
        readonly=True,
        copy=False,
        groups=OVERVIEW,
        help="Of all members, as their profiles have it.",
    )
    margin = fields.Monetary(
        readonly=True, copy=False, groups="crm_customer360.group_cost"
    )
    lifetime_value = fields.Monetary(
        string="Expected Value",
        readonly=True,
        copy=False,
        groups="crm_customer360.group_cost",
    )

    @api.constrains(*DEFINITION - {"active"})
    def _check_definition(self):
        self._check_cycles()
        for segment in self:
            segment._check_readable()

    @api.constrains("active")
    def _check_active(self):
        self.filtered(lambda segment: not segment.active)._check_unused()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        """Refuse that a segment goes away which another one is built on.

        That one would reach more customers than it was written for.

        :raise UserError: naming one of those
        """
        needs = self._get_needs()
        for segment in self:
            for user_id, needed in needs.items():
                if segment.id in needed and user_id not in self.ids:
                    # the reason counts, also when the reader may not see that segment
                    user_sudo = self.sudo().browse(user_id)
                    raise UserError(
                        self.env._(
                            "“%(other)s” is built on “%(segment)s”. Change that "
                            "one first.",
                            other=user_sudo.name,
                            segment=segment.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._definition_changed()
        return segments

    def write(self, vals):
        result = super().write(vals)
        if DEFINITION & vals.keys():
            self._definition_changed()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for segment, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", segment.name)
        return [{**vals, "user_id": self.env.uid} for vals in vals_list]

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_segment"
        )

    # ------------------------------------------------------------------ members

    @api.depends("partner_count")
    @api.depends_context("uid")
    def _compute_own_count(self):
        counts = dict(
            self.env["c360.customer.segment.member"]._read_group(
                [
                    ("segment_id", "in", self._origin.ids),
                    ("date_to", "=", False),
                    ("partner_id.active", "=", True),
                ],
                ["segment_id"],
                ["__count"],
            )
        )
        for segment in self:
            segment.own_count = counts.get(segment._origin, 0)

    def _get_member_sql(self):
        """Return SQL selecting ``id``, the customers who are in these segments now.

        Those the caller may see: every one of them as the system.
        """
        return self.env["c360.customer.segment.member"]._get_current_sql(
            [("segment_id", "in", self._origin.ids)],
            partner_id="id",
        )

    def _get_partner_query(self):
        """Return a query of the active customers who are in any of these now.

        Those the caller may see; for ``("id", "in", query)`` in a domain.
        """
        return self.env["res.partner"]._search(
            Domain("id", "any", self._get_member_sql())
        )

    def _get_partners(self):
        """Return the active customers who are in any of these segments now."""
        return self.env["res.partner"].browse(
            self._get_partner_query().get_result_ids()
        )

    # ------------------------------------------------------------------ actions

    def action_refresh(self):
        """Ask the conditions now."""
        self.check_access("write")
        self._refresh()

    def action_view_members(self):
        """Open who is in the segment, and who was."""
        return self._get_view_action("c360_customer_segment_member_action")

    def action_view_history(self):
        """Open how many came in and dropped out over time."""
        return self._get_view_action("c360_customer_segment_history_action")

    def action_view_profiles(self):
        """Open the figures of the current members."""
        action = self._get_view_action("c360_customer_profile_action")
        action["domain"] = [
            ("c360_segment_ids", "in", self.ids),
            ("company_id", "=", self.company_id.id),
        ]
        return action

    def _get_view_action(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_customer360.{xmlid}"
        )
        context = literal_eval(action["context"] or "{}")
        return {
            **action,
            "domain": [("segment_id", "=", self.id)],
            "context": {
                **context,
                "default_segment_id": self.id,
                "segment_kind": self.kind,
            },
            "display_name": self.name,
        }
