from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_customer_profile_score import TIERS

# condition -> the figure of the profile that has to reach it
CONDITIONS = {
    "min_score": "rfm_score",
    "min_order_count": "order_count",
    "min_revenue": "revenue",
    "min_margin": "margin",
}
# ... and its column in the statement that scores
COLUMNS = {"rfm_score": SQL("total.score")}


class C360CustomerTier(models.Model):
    """A rule that puts customers into a tier.

    Rules are tried in their order, those of other companies left out; the first one
    whose conditions are all met decides. Who never ordered has no tier.
    """

    _name = "c360.customer.tier"
    _description = "Tier of Customers"
    _order = "sequence, id"
    _rec_name = "tier"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tier = fields.Selection(selection=TIERS, required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        help="Empty: for every company.",
    )
    min_score = fields.Integer(
        string="Score from",
        help="Recency, frequency and money together, 3 to 15. 0: does not matter.",
    )
    min_order_count = fields.Integer(
        string="Orders from", help="Confirmed orders of all time. 0: do not matter."
    )
    min_revenue = fields.Float(
        string="Revenue from",
        digits=(16, 2),
        help="Of all time, in the currency of the company. 0: does not matter.",
    )
    min_margin = fields.Float(
        string="Margin from",
        digits=(16, 2),
        help="Of all time, in the currency of the company. 0: does not matter.",
    )
    customer_count = fields.Integer(
        string="Customers",
        compute="_compute_customer_count",
        help="Customers of the current company this rule decides about, counted anew "
        "while you edit.",
    )

    _conditions_positive = models.Constraint(
        "CHECK (min_score BETWEEN 0 AND 15 AND min_order_count >= 0"
        " AND min_revenue >= 0 AND min_margin >= 0)",
        "Scores go from 3 to 15, and no figure of a tier is below zero.",
    )

    @api.depends("sequence", "active", "company_id", *CONDITIONS)
    @api.depends_context("company")
    def _compute_customer_count(self):
        # Whoever may edit the rules may know how many customers they are about, also
        # where he may not see the margin they ask for.
        profiles_sudo = self.env["c360.customer.profile"].sudo()
        company = self.env.company
        rules = self._get_rules()
        for rule in self:
            taken = Domain.FALSE
            for other in rules:
                if other == rule._origin or not other._is_before(rule):
                    continue
                taken |= other._get_domain(company)
            rule.customer_count = profiles_sudo.search_count(
                rule._get_domain(company) & ~taken
            )

    @api.model
    def _get_rules(self):
        return self.sudo().search(Domain.TRUE)

    def _is_before(self, other):
        """Return whether this rule is tried before another, perhaps unsaved one."""
        other_id = other._origin.id or float("inf")
        return (self.sequence, self.id) < (other.sequence, other_id)

    def _get_domain(self, company):
        """Return the domain of the profiles of a company that meet this rule."""
        self.ensure_one()
        if not self.active or (self.company_id and self.company_id != company):
            return Domain.FALSE
        return Domain(
            [
                ("company_id", "=", company.id),
                ("order_count", ">", 0),
                *(
                    (figure, ">=", self[condition])
                    for condition, figure in CONDITIONS.items()
                    if self[condition]
                ),
            ]
        )

    @api.model
    def _get_case(self):
        """Return the SQL of the tier of a row of the statement that scores."""
        cases = [
            SQL("WHEN %s THEN %s", rule._get_condition(), rule.tier)
            for rule in self._get_rules()
        ]
        if not cases:
            return SQL("NULL")
        return SQL("CASE %s END", SQL(" ").join(cases))

    def _get_condition(self):
        self.ensure_one()
        conditions = [SQL("TRUE")]
        if self.company_id:
            conditions.append(SQL("company_id = %s", self.company_id.id))
        for condition, figure in CONDITIONS.items():
            if self[condition]:
                column = COLUMNS.get(figure) or SQL.identifier(figure)
                conditions.append(SQL("%s >= %s", column, self[condition]))
        return SQL(" AND ").join(conditions)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._wake()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._wake()
        return result

    def unlink(self):
        result = super().unlink()
        self._wake()
        return result

    @api.model
    def _wake(self):
        self.env["c360.customer.profile"]._wake_refresh()

    def action_open_customers(self):
        """Open the customers who are in this tier now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_customer_profile_action"
        )
        action["domain"] = [
            ("partner_id.active", "=", True),
            ("tier", "=", self.tier),
        ]
        return action
