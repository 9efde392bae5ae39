from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.pool_recycle import RecycleRule

# What keeps a lead with its owner, and the switch of a rule that says so.
VETO_FIELDS = {
    "delivery": "keep_delivery",
    "invoice": "keep_invoice",
    "quotation": "keep_quotation",
    "ticket": "keep_ticket",
    "protected": "keep_protected",
    "activity": "keep_activity",
}
# An owner who is gone or away cannot be reminded, and has no work to count days by.
ABSENT_KINDS = ("owner_left", "owner_absent")


class C360PoolRule(models.Model):
    """When a lead goes back: what its owner did not do, for how long, and where to.

    Of the rules of one kind the first that fits a lead holds for it; of rules of
    several kinds the one that comes due first sends it back.
    """

    _name = "c360.pool.rule"
    _description = "Recycling Rule"
    _order = "sequence, id"
    _rec_name = "sentence"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="Of the rules about the same thing, the first of the list that fits a "
        "lead holds for it.",
    )
    pool_id = fields.Many2one(
        comodel_name="c360.pool",
        string="Leads Of",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: leads of every pool.",
    )
    company_id = fields.Many2one(related="pool_id.company_id")
    kind = fields.Selection(
        selection=[
            ("no_followup", "Nobody contacted the customer"),
            ("no_progress", "It made no step forward"),
            ("no_opportunity", "It is still a lead"),
            ("no_order", "There is no order"),
            ("owner_left", "The owner has left"),
            ("owner_absent", "The owner is away"),
        ],
        string="When",
        required=True,
        default="no_followup",
    )
    days = fields.Integer(
        default=5,
        required=True,
        help="Working days of the pool, else of the owner; days off and the owner's "
        "leave do not count. Of absences: days of the calendar.",
    )
    # Which leads
    grade = fields.Selection(
        selection=[("key", "Key"), ("normal", "Normal"), ("unlikely", "Unlikely")],
        help="Empty: leads of every grade.",
    )
    level = fields.Selection(
        selection=[("1", "Medium"), ("2", "High"), ("3", "Very high")],
        string="Priority From",
        help="Leads of this priority and above. Empty: all leads.",
    )
    category_ids = fields.Many2many(
        comodel_name="product.category",
        string="Product Lines",
        help="Leads that ask for one of these, or have it in a quotation or an order; "
        "with their sub-categories. Empty: all leads.",
    )
    lead_domain = fields.Char(string="Only Leads That Fit", default="[]")
    # Never while
    keep_delivery = fields.Boolean(string="An order is not delivered", default=True)
    keep_invoice = fields.Boolean(string="An invoice is not paid", default=True)
    keep_quotation = fields.Boolean(
        string="A quotation is valid",
        default=True,
        help="Sent, and not expired. One without an expiry date does not expire.",
    )
    keep_ticket = fields.Boolean(string="A ticket is open", default=True)
    keep_protected = fields.Boolean(string="The lead is protected", default=True)
    keep_activity = fields.Boolean(string="An activity is planned")
    # What happens
    target_pool_id = fields.Many2one(
        comodel_name="c360.pool",
        string="Goes To",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: back to the pool it came from.",
    )
    warn_days = fields.Integer(
        string="Tell the Owner",
        default=2,
        help="Working days before. 0: do not tell.",
    )
    manager_warn_days = fields.Integer(
        string="Tell the Manager",
        default=1,
        help="Working days before. 0: do not tell.",
    )
    activity_mode = fields.Selection(
        selection=[
            ("close", "Close them, with a note on the lead"),
            ("hand", "Hand them to the manager of the pool"),
        ],
        string="Planned Activities",
        required=True,
        default="close",
    )
    sentence = fields.Char(string="In Words", compute="_compute_sentence")
    recycled_count = fields.Integer(
        string="Recycled", compute="_compute_recycled_count"
    )

    _days_valid = models.Constraint(
        "CHECK (days BETWEEN 0 AND 1000 AND (days > 0 OR kind = 'owner_left'))",
        "Leave the owner at least one day, at most 1000.",
    )
    _warn_days_valid = models.Constraint(
        "CHECK (warn_days >= 0 AND manager_warn_days >= 0 AND"
        " (kind IN ('owner_left', 'owner_absent')"
        " OR GREATEST(warn_days, manager_warn_days) < days"
        " OR GREATEST(warn_days, manager_warn_days) = 0))",
        "Tell people fewer days before than the lead may wait.",
    )

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    @api.depends(
        "kind", "days", "grade", "level", "pool_id.name", "target_pool_id.name"
    )
    @api.depends("warn_days", "manager_warn_days", "lead_domain", "category_ids.name")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for rule in self:
            values = {
                "who": rule._get_subject(),
                "what": rule._get_clause(),
                "where": rule._get_destination(),
            }
            if rule.pool_id and rule.target_pool_id:
                values["who"] = self.env._(
                    "%(who)s of “%(pool)s”", who=values["who"], pool=rule.pool_id.name
                )
            text = self.env._("%(who)s %(what)s %(where)s", **values)
            if rule.category_ids or not rule._get_domain().is_true():
                text = self.env._("%(text)s, if they fit the filter", text=text)
            rule.sentence = rule._add_warnings(text)

    def _get_subject(self):
        match self.grade:
            case "key":
                return self.env._("Key leads")
            case "normal":
                return self.env._("Normal leads")
            case "unlikely":
                return self.env._("Unlikely leads")
        if self.level:
            levels = dict(self._fields["level"]._description_selection(self.env))
            return self.env._(
                "Leads of priority “%(level)s” and above", level=levels[self.level]
            )
        return self.env._("Leads")

    def _get_clause(self):
        """Return which leads, as the middle of a sentence; bridges add theirs."""
        days = self.days
        match self.kind:
            case "no_followup":
                return self.env._(
                    "nobody contacted for %(days)s working days", days=days
                )
            case "no_progress":
                return self.env._(
                    "that made no step for %(days)s working days", days=days
                )
            case "no_opportunity":
                return self.env._(
                    "that are no opportunity after %(days)s working days", days=days
                )
            case "no_order":
                return self.env._(
                    "without an order after %(days)s working days", days=days
                )
            case "owner_left":
                if not days:
                    return self.env._("whose owner has left")
                return self.env._(
                    "whose owner left %(days)s working days ago", days=days
                )
            case "owner_absent":
                return self.env._(
                    "whose owner is away for more than %(days)s days", days=days
                )
        return ""

    def _get_destination(self):
        if self.target_pool_id:
            return self.env._("go to “%(pool)s”", pool=self.target_pool_id.name)
        if self.pool_id:
            return self.env._("go back to “%(pool)s”", pool=self.pool_id.name)
        return self.env._("go back to their pool")

    def _add_warnings(self, text):
        owner_days, manager_days = self._get_warn_days()
        if owner_days and manager_days:
            return self.env._(
                "%(text)s; the owner is told %(owner)s working days before, the "
                "manager %(manager)s.",
                text=text,
                owner=owner_days,
                manager=manager_days,
            )
        if owner_days:
            return self.env._(
                "%(text)s; the owner is told %(days)s working days before.",
                text=text,
                days=owner_days,
            )
        if manager_days:
            return self.env._(
                "%(text)s; the manager is told %(days)s working days before.",
                text=text,
                days=manager_days,
            )
        return self.env._("%(text)s.", text=text)

    def _get_warn_days(self):
        """Return how many working days before the owner and the manager are told."""
        if self.kind in ABSENT_KINDS:
            return 0, 0
        return self.warn_days, self.manager_warn_days

    def _get_reason(self):
        """Return why leads went back by this rule, for the ownership history."""
        days = self.days
        match self.kind:
            case "no_followup":
                return self.env._("No contact for %(days)s working days", days=days)
            case "no_progress":
                return self.env._("No step for %(days)s working days", days=days)
            case "no_opportunity":
                return self.env._(
                    "No opportunity after %(days)s working days", days=days
                )
            case "no_order":
                return self.env._("No order after %(days)s working days", days=days)
            case "owner_left":
                return self.env._("The owner has left")
            case "owner_absent":
                return self.env._("The owner is away")
        return self.sentence

    def _compute_recycled_count(self):
        counts = dict(
            self.env["c360.pool.move"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.recycled_count = counts.get(rule, 0)

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "owner_left":
            self.days = 0
        elif not self.days:
            self.days = self.default_get(["days"])["days"]

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    def _get_domain(self):
        self.ensure_one()
        return Domain(literal_eval(self.lead_domain or "[]"))

    @api.constrains("lead_domain")
    def _check_lead_domain(self):
        for rule in self:
            try:
                rule._get_domain().validate(self.env["crm.lead"])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._("The filter cannot be used: %(error)s", error=error)
                ) from error

    @api.constrains("target_pool_id", "pool_id")
    def _check_target_company(self):
        for rule in self:
            company = rule.target_pool_id.company_id
            if company and company != rule.pool_id.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(pool)s” takes leads of %(company)s only.",
                        pool=rule.target_pool_id.name,
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._changed(rules._get_pool_ids())
        return rules

    def write(self, vals):
        pools = self._get_pool_ids()
        result = super().write(vals)
        if vals.keys() - {"display_name"}:
            if "pool_id" in vals:
                pools = (
                    pools and vals["pool_id"] and list({*pools, vals["pool_id"]})
                ) or None
            self._changed(pools)
        return result

    def unlink(self):
        pools = self._get_pool_ids()
        result = super().unlink()
        self._changed(pools)
        return result

    def _get_pool_ids(self):
        """Return the ids of the pools these rules are about, None: of all."""
        # a relation that is mapped leaves out what is empty
        return self.pool_id.ids if all(rule.pool_id for rule in self) else None

    def _changed(self, pool_ids):
        """Have the deadlines of these pools set anew, None: of all."""
        self.env.registry.clear_cache()
        self.env["c360.pool.deadline"]._schedule(pool_ids=pool_ids)

    @api.model
    @tools.ormcache()
    def _get_table(self):
        """Return the rules in force as plain values, in their order."""
        # Whoever changes a lead has its deadline set by all the rules. The table is
        # cached for everyone: no caller's context may let archived ones in.
        rules_sudo = self.sudo().search([("active", "=", True)])
        return tuple(rule._get_row() for rule in rules_sudo)

    @api.model
    @tools.ormcache()
    def _get_filter_fields(self):
        """Return the fields of a lead that filters of rules look at."""
        return frozenset(
            condition.field_expr.split(".")[0]
            for row in self._get_table()
            for condition in Domain(literal_eval(row.domain)).iter_conditions()
        )

    def _get_row(self):
        categories = self.category_ids
        owner_days, manager_days = self._get_warn_days()
        if categories:
            categories = categories.search([("id", "child_of", categories.ids)])
        return RecycleRule(
            id=self.id,
            pool_id=self.pool_id.id or None,
            kind=self.kind,
            days=self.days,
            grade=self.grade or "",
            level=self.level or "",
            domain=self.lead_domain or "[]",
            category_ids=frozenset(categories.ids),
            vetoes=frozenset(veto for veto, name in VETO_FIELDS.items() if self[name]),
            target_id=self.target_pool_id.id or None,
            warn_days=owner_days,
            manager_warn_days=manager_days,
            hands_on=self.activity_mode == "hand",
        )

    def action_view_recycled(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_pool_move_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        action["context"] = {}
        return action
