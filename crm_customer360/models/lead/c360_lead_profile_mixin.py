from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.lead_grade import get_grade

GRADE_SELECTION = [("key", "Key"), ("normal", "Normal"), ("unlikely", "Unlikely")]
GRADE_FIELDS = {"grade", "grade_points", "profile_id"}


class C360LeadProfileMixin(models.AbstractModel):
    """A lead graded by the target profiles it fits.

    The grade is written when a lead comes in, when one of the fields that conditions
    look at changes, and by a job when a profile changes.
    """

    _name = "c360.lead.profile.mixin"
    _description = "Graded Lead"

    grade = fields.Selection(
        selection=GRADE_SELECTION, readonly=True, copy=False, index="btree_not_null"
    )
    grade_points = fields.Integer(
        string="Points", readonly=True, copy=False, aggregator="avg"
    )
    profile_id = fields.Many2one(
        comodel_name="c360.lead.profile",
        string="Target Profile",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    grade_explanation = fields.Html(
        compute="_compute_grade_explanation", sanitize=False, string="Why This Grade"
    )
    # What the host's lead does not carry
    buyer_role_id = fields.Many2one(
        comodel_name="c360.lead.buyer.role",
        string="Buys For",
        ondelete="restrict",
        help="Empty: for himself.",
    )
    end_user_name = fields.Char(
        string="Who Will Use It", help="For whom the lead buys, in a few words."
    )
    interest_category_ids = fields.Many2many(
        comodel_name="product.category",
        relation="c360_lead_interest_category_rel",
        column1="lead_id",
        column2="category_id",
        string="Interested in",
    )
    interest_product_ids = fields.Many2many(
        comodel_name="product.template",
        relation="c360_lead_interest_product_rel",
        column1="lead_id",
        column2="product_id",
        string="Interested in Products",
    )
    company_size = fields.Selection(
        selection=[
            ("1", "1 person"),
            ("10", "2 to 10 people"),
            ("50", "11 to 50 people"),
            ("250", "51 to 250 people"),
            ("1000", "251 to 1,000 people"),
            ("more", "More than 1,000 people"),
        ],
    )
    industry_id = fields.Many2one(
        comodel_name="res.partner.industry", ondelete="restrict"
    )

    # ------------------------------------------------------------
    # Grading
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_grade_fields(vals_list)
        leads = super().create(vals_list)
        if self.env["c360.lead.check"]._is_enabled():
            leads.with_context(tracking_disable=True)._regrade()
        return leads

    def write(self, vals):
        self._check_grade_fields([vals])
        result = super().write(vals)
        if self and self.env["c360.lead.check"]._is_enabled():
            profiles = self.env["c360.lead.profile"]
            if vals.keys() & profiles._get_graded_fields():
                self._regrade()
        return result

    @api.model
    def _check_grade_fields(self, vals_list):
        """A grade comes from profiles; limits of pools may depend on it."""
        if not self.env.su and any(GRADE_FIELDS & vals.keys() for vals in vals_list):
            raise AccessError(self.env._("A lead is graded by the target profiles."))

    def _regrade(self):
        """Grade these leads by the profiles; write only what changes."""
        # a grade is the system's, whoever brings or changes the lead
        leads_sudo = self.sudo()
        fits = self.env["c360.lead.profile"]._find_fits(leads_sudo)
        changed = {}
        for lead in leads_sudo:
            fit = fits[lead._ids[0]]
            new = (fit.grade, fit.points, fit.profile_id) if fit else (False, 0, False)
            if new != (lead.grade, lead.grade_points, lead.profile_id.id):
                changed.setdefault(new, []).append(lead.id)
        for (grade, points, profile_id), ids in changed.items():
            leads_sudo.browse(ids).write(
                {"grade": grade, "grade_points": points, "profile_id": profile_id}
            )

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        if self.industry_id:
            values["industry_id"] = self.industry_id.id
        return values

    def _merge_get_fields(self):
        return super()._merge_get_fields() + [
            "buyer_role_id",
            "end_user_name",
            "company_size",
            "industry_id",
        ]

    def _merge_get_fields_specific(self):
        def union(name, leads):
            return leads.mapped(name)

        return {
            **super()._merge_get_fields_specific(),
            "interest_category_ids": union,
            "interest_product_ids": union,
        }

    # ------------------------------------------------------------
    # Explanation
    # ------------------------------------------------------------

    @api.depends("grade", "grade_points", "profile_id")
    @api.depends_context("lang")
    def _compute_grade_explanation(self):
        for lead in self:
            # salespeople read the conditions of profiles anyway
            profile_sudo = lead.sudo().profile_id
            lead.grade_explanation = (
                lead._explain_grade(profile_sudo) if profile_sudo else False
            )

    def _explain_grade(self, profile):
        """Return the conditions of a profile, met or not, as a small table."""
        self.ensure_one()
        profiles = self.env["c360.lead.profile"]
        rows, total = [], 0
        lead_sudo = self.sudo()
        for condition in profile.condition_ids:
            met = bool(
                profiles._get_met(lead_sudo, condition.id, condition.lead_domain)
            )
            total += condition.weight * met
            rows.append(self._explain_condition(condition, met))
        rest = self._explain_next(profile, total)
        return Markup(
            '<table class="table table-sm mb-1"><tbody>%s</tbody>'
            '<tfoot><tr class="fw-bold"><td></td><td>%s</td>'
            '<td class="text-end">%s</td></tr></tfoot></table>'
            '<div class="text-muted">%s</div>'
        ) % (Markup().join(rows), self.env._("Points"), total, rest)

    @api.model
    def _explain_condition(self, condition, met):
        if met:
            icon = (
                "fa-check text-success"
                if condition.weight >= 0
                else "fa-minus text-danger"
            )
            word, tone = self.env._("Met"), ""
        else:
            icon, word, tone = (
                "fa-circle-o text-muted",
                self.env._("Not met"),
                "text-muted",
            )
        return Markup(
            '<tr class="%s"><td style="width:2em"><i class="fa %s" role="img" '
            'title="%s" aria-label="%s"></i></td><td>%s</td>'
            '<td class="text-end text-nowrap">%s</td></tr>'
        ) % (
            tone,
            icon,
            word,
            word,
            condition.name,
            f"{condition.weight:+d}" if met else f"({condition.weight:+d})",
        )

    @api.model
    def _explain_next(self, profile, total):
        """Return what is missing for the next better grade."""
        grade = get_grade(total, profile.key_points, profile.normal_points)
        if grade == "key":
            return self.env._("Key from %(points)s points.", points=profile.key_points)
        if grade == "normal":
            return self.env._(
                "%(missing)s more points make it a key lead.",
                missing=profile.key_points - total,
            )
        return self.env._(
            "%(missing)s more points make it a normal lead.",
            missing=profile.normal_points - total,
        )
