from ast import literal_eval
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools.lead_grade import Fit, choose_fit, get_grade
from .c360_lead_check import RULE_ERRORS

# Fields of a profile that change the grade of a lead
GRADING = {
    "active",
    "sequence",
    "company_id",
    "buyer_kind",
    "buyer_role_ids",
    "category_ids",
    "product_ids",
    "condition_ids",
    "key_points",
    "normal_points",
}


class Profile(NamedTuple):
    """A profile as it is applied: plain values, so that it can be cached."""

    id: int
    order: int
    company_id: int | bool
    buyer_kind: str
    role_ids: frozenset
    category_ids: frozenset
    product_ids: frozenset
    key_points: int
    normal_points: int
    conditions: tuple[tuple[int, int, str], ...]


class C360LeadProfile(models.Model):
    """A kind of customer we look for: weighted conditions over what a lead carries.

    A profile concerns a lead when company, way of buying and interest agree; what a
    lead does not say is no reason against it. Of the profiles that concern a lead the
    one it fits best gives the grade.
    """

    _name = "c360.lead.profile"
    _description = "Target Profile"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(
        translate=True, help="Whom we look for, in words a salesperson understands."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        # not “set null”: the profile of a company must not become everybody's
        ondelete="cascade",
        help="Leads of this company only. Empty: leads of every company.",
    )
    buyer_kind = fields.Selection(
        selection=[
            ("any", "Anybody"),
            ("direct", "For himself"),
            ("indirect", "For somebody else"),
        ],
        string="Buys",
        default="any",
        required=True,
        help="For somebody else: the buyer is not the one who will use it.",
    )
    buyer_role_ids = fields.Many2many(
        comodel_name="c360.lead.buyer.role",
        string="Who Buys for Whom",
        help="Empty: whoever buys for somebody else.",
    )
    category_ids = fields.Many2many(
        comodel_name="product.category",
        string="Interested in",
        help="Leads that name another interest are left to other profiles. "
        "Categories below count as well.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.template", string="Products of Interest"
    )
    condition_ids = fields.One2many(
        comodel_name="c360.lead.profile.condition",
        inverse_name="profile_id",
        string="Conditions",
        copy=True,
    )
    key_points = fields.Integer(
        string="Key From", default=60, help="A lead with so many points is a key lead."
    )
    normal_points = fields.Integer(
        string="Normal From",
        default=30,
        help="With fewer points than this a lead is unlikely to buy.",
    )
    max_points = fields.Integer(string="At Most", compute="_compute_max_points")
    lead_ids = fields.One2many(comodel_name="crm.lead", inverse_name="profile_id")
    lead_count = fields.Integer(string="Leads", compute="_compute_lead_counts")
    key_count = fields.Integer(string="Key Leads", compute="_compute_lead_counts")

    @api.depends("condition_ids.weight")
    def _compute_max_points(self):
        for profile in self:
            profile.max_points = sum(
                condition.weight
                for condition in profile.condition_ids
                if condition.weight > 0
            )

    @api.depends("lead_ids")
    def _compute_lead_counts(self):
        rows = self.env["crm.lead"]._read_group(
            [("profile_id", "in", self.ids), ("won_status", "=", "pending")],
            ["profile_id", "grade"],
            ["__count"],
        )
        for profile in self:
            counts = {grade: count for found, grade, count in rows if found == profile}
            profile.lead_count = sum(counts.values())
            profile.key_count = counts.get("key", 0)

    @api.constrains("key_points", "normal_points")
    def _check_points(self):
        for profile in self:
            if profile.key_points < profile.normal_points:
                raise ValidationError(
                    self.env._(
                        "“%(profile)s”: a key lead needs at least as many points as a "
                        "normal one.",
                        profile=profile.name,
                    )
                )

    @api.constrains("active", "condition_ids")
    def _check_condition_ids(self):
        for profile in self:
            if profile.active and not profile.condition_ids:
                raise ValidationError(
                    self.env._(
                        "“%(profile)s” has no conditions: every lead would get the "
                        "same grade.",
                        profile=profile.name,
                    )
                )

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        profiles = super().create(vals_list)
        self._grading_changed()
        return profiles

    def write(self, vals):
        result = super().write(vals)
        if GRADING & vals.keys():
            self._grading_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._grading_changed()
        return result

    @api.model
    def _grading_changed(self):
        """Forget the cached profiles and have open leads graded again."""
        self.env.registry.clear_cache()
        if self.env["c360.lead.check"]._is_enabled():
            self.env["c360.lead.recheck"]._schedule("grade")

    # ------------------------------------------------------------
    # Grading
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_profiles(self):
        """Return the active profiles as plain values, for the whole house."""
        # Whoever brings a lead has it graded by all profiles.
        profiles_sudo = self.sudo().search([("active", "=", True)])
        return tuple(
            profile._prepare_profile(order)
            for order, profile in enumerate(profiles_sudo)
        )

    def _prepare_profile(self, order=0):
        self.ensure_one()
        return Profile(
            id=self.id,
            order=order,
            company_id=self.company_id.id,
            buyer_kind=self.buyer_kind,
            role_ids=frozenset(self.buyer_role_ids.ids),
            category_ids=frozenset(self.category_ids.ids),
            product_ids=frozenset(self.product_ids.ids),
            key_points=self.key_points,
            normal_points=self.normal_points,
            conditions=tuple(
                (condition.id, condition.weight, condition.lead_domain or "[]")
                for condition in self.condition_ids
            ),
        )

    @api.model
    @tools.ormcache()
    def _get_graded_fields(self):
        """Return the fields of a lead whose change may change its grade."""
        names = {"company_id", "buyer_role_id"}
        names |= {"interest_category_ids", "interest_product_ids"}
        for profile in self._get_profiles():
            for _id, _weight, domain in profile.conditions:
                names |= self.env["c360.lead.profile.condition"]._get_fields(domain)
        return frozenset(names)

    @api.model
    def _find_fits(self, leads):
        """Return the best ``Fit`` per lead, None where no profile concerns it.

        One pass per condition, whatever the number of leads.

        :param leads: ``crm.lead`` records
        :return: ``{lead id: Fit or None}``
        """
        # a grade is the house's, whoever brings the lead
        leads_sudo = leads.sudo()
        fits = {lead_id: [] for lead_id in leads._ids}
        for profile in self._get_profiles():
            concerned = leads_sudo.filtered(
                lambda lead, profile=profile: self._concerns(profile, lead)
            )
            if not concerned:
                continue
            points = dict.fromkeys(concerned._ids, 0)
            for condition_id, weight, domain in profile.conditions:
                for lead_id in self._get_met(concerned, condition_id, domain):
                    points[lead_id] += weight
            for lead_id, count in points.items():
                grade = get_grade(count, profile.key_points, profile.normal_points)
                fits[lead_id].append(Fit(grade, count, profile.order, profile.id))
        return {lead_id: choose_fit(found) for lead_id, found in fits.items()}

    @api.model
    def _concerns(self, profile, lead):
        """Tell whether a profile looks for leads like this one at all."""
        if profile.company_id not in (False, lead.company_id.id or profile.company_id):
            return False
        role = lead.buyer_role_id.id
        if profile.buyer_kind == "direct" and role:
            return False
        if profile.buyer_kind == "indirect" and (
            not role or (profile.role_ids and role not in profile.role_ids)
        ):
            return False
        wanted = profile.category_ids or profile.product_ids
        named = lead.interest_category_ids or lead.interest_product_ids
        if not wanted or not named:
            return True
        products = lead.interest_product_ids
        named = lead.interest_category_ids | products.categ_id
        # categories below those of the profile count as well
        categories = {
            int(category_id)
            for path in named.mapped("parent_path")
            for category_id in (path or "").split("/")
            if category_id
        }
        return bool(
            profile.category_ids & categories or profile.product_ids & {*products.ids}
        )

    @api.model
    def _get_met(self, leads, condition_id, domain):
        """Return the ids of the leads that meet a condition; none when it fails."""
        try:
            return leads.filtered_domain(literal_eval(domain))._ids
        except RULE_ERRORS:
            # It was checked when it was written; a field of it may be gone. A lead
            # must come in all the same.
            self.env["c360.lead.profile.condition"]._warn(condition_id, domain)
            return ()

    def action_view_leads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_all_leads")
        action["display_name"] = self.env._("Leads of “%(name)s”", name=self.name)
        action["domain"] = [
            ("profile_id", "=", self.id),
            ("won_status", "=", "pending"),
        ]
        action["context"] = {"create": False, "search_default_c360_grade": 1}
        return action
