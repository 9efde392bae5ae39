from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_customer_segment_query import DEFINITION_ERRORS

# What the screens name at once
NAMED = 3


class C360CustomerCompletenessRule(models.Model):
    """What we should know of a customer, and how much it matters.

    The score of a customer is the share of the weights of the rules that concern him
    whose data are there. It stands on the profile (``completeness``), written at night
    in one statement; the customer's page works it out as he opens it.
    """

    _name = "c360.customer.completeness.rule"
    _description = "Completeness Rule"
    _order = "sequence, id"

    name = fields.Char(
        string="What",
        required=True,
        translate=True,
        help="What is missing, in a word or two: “E-mail”.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    weight = fields.Integer(default=10, required=True)
    company_id = fields.Many2one(
        comodel_name="res.company", ondelete="cascade", help="Empty: every company."
    )
    applies_to = fields.Selection(
        selection=[
            ("all", "Everybody"),
            ("company", "Companies"),
            ("person", "Persons"),
        ],
        required=True,
        default="all",
    )
    country_ids = fields.Many2many(
        comodel_name="res.country",
        relation="c360_customer_completeness_country_rel",
        column1="rule_id",
        column2="country_id",
        string="In Countries",
        help="Empty: in every country.",
    )
    kind = fields.Selection(
        selection=[("field", "A field is filled"), ("domain", "A condition is met")],
        string="It Is There When",
        required=True,
        default="field",
    )
    field_id = fields.Many2one(
        comodel_name="ir.model.fields",
        ondelete="cascade",
        domain=[
            ("model", "=", "res.partner"),
            ("store", "=", True),
            ("company_dependent", "=", False),
            (
                "ttype",
                "in",
                (
                    "char",
                    "text",
                    "html",
                    "many2one",
                    "date",
                    "datetime",
                    "selection",
                    "one2many",
                    "many2many",
                    "boolean",
                ),
            ),
        ],
    )
    domain = fields.Char(string="Condition", default="[]")

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight has to be at least 1."
    )

    @api.constrains("kind", "field_id", "domain")
    def _check_condition(self):
        for rule in self:
            try:
                domain = rule._get_met_domain()
                if domain.is_true():
                    raise ValueError(self.env._("everybody meets it"))
                self.env["res.partner"]._search(domain)
            except DEFINITION_ERRORS as error:
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” does not say when it is there: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._wake_refresh()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._wake_refresh()
        return result

    def unlink(self):
        result = super().unlink()
        self._wake_refresh()
        return result

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_relation"
        )

    @api.model
    def _wake_refresh(self):
        # scheduling is the system's business
        cron_sudo = self.env.ref(
            "crm_customer360.ir_cron_customer_completeness", raise_if_not_found=False
        )
        if cron_sudo:
            cron_sudo.sudo()._trigger()

    # ------------------------------------------------------------------ the rules

    def _get_met_domain(self):
        """Return when what the rule asks for is there, as a domain on the customer."""
        self.ensure_one()
        if self.kind == "domain":
            return Domain(literal_eval(self.domain or "[]"))
        if not self.field_id:
            raise ValueError(self.env._("no field was chosen"))
        return Domain(self.field_id.name, "!=", False)

    def _get_applies_domain(self):
        """Return whom the rule concerns, as a domain on the customer."""
        self.ensure_one()
        domain = Domain.TRUE
        if self.applies_to != "all":
            domain &= Domain("is_company", "=", self.applies_to == "company")
        if self.country_ids:
            domain &= Domain("country_id", "in", self.country_ids.ids)
        return domain

    @api.model
    def _get_conditions(self, query, company):
        """Return ``[(rule, SQL concerned, SQL there)]`` of every rule.

        :param Query query: on ``res.partner``, gets the joins they need
        :param SQL company: the company whose rules are meant, in the query
        """
        # the rules are the company's, whoever opens a customer
        rules_sudo = self.sudo().search([])
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)

        def to_sql(domain):
            domain = domain.optimize_full(partners_sudo)
            return domain._to_sql(partners_sudo, query.table, query)

        conditions = []
        for rule_sudo in rules_sudo:
            try:
                applies = to_sql(rule_sudo._get_applies_domain())
                met = to_sql(rule_sudo._get_met_domain())
            except DEFINITION_ERRORS:
                # its field went away with an app: nobody is asked for it
                continue
            if rule_sudo.company_id:
                applies = SQL(
                    "(%s AND %s = %s)", applies, company, rule_sudo.company_id.id
                )
            conditions.append((rule_sudo, applies, met))
        return conditions

    @api.model
    def _get_score_sql(self, conditions):
        """Return the share of the weights that are there, 0 to 100."""

        def weigh(condition, rule):
            return SQL("CASE WHEN %s THEN %s ELSE 0 END", condition, rule.weight)

        total = SQL(" + ").join(
            weigh(applies, rule) for rule, applies, _met in conditions
        )
        there = SQL(" + ").join(
            weigh(SQL("%s AND %s", applies, met), rule)
            for rule, applies, met in conditions
        )
        return SQL("ROUND(100.0 * (%s) / NULLIF(%s, 0))::int", there, total)

    # ------------------------------------------------------------------- the score

    @api.model
    def _cron_refresh(self):
        """Bring the scores of everybody up to date."""
        self._refresh()

    @api.model
    def _refresh(self, partners=None):
        """Write the scores that changed on the profiles, in one statement.

        Partners are not told by their writes: typing into a contact stays as quick as
        the host has it. Raw SQL, because the rows are the system's own bookkeeping.

        :param partners: customers; None: everybody
        :return: how many profiles changed
        """
        if not self._is_used():
            return 0
        self.env.flush_all()
        query = self._get_partner_query()
        query.add_join(
            "JOIN",
            "profile_of",
            "c360_customer_profile",
            SQL("profile_of.partner_id = res_partner.id"),
        )
        if partners is not None:
            query.add_where(
                SQL(
                    "profile_of.partner_id = ANY(%s)",
                    partners.commercial_partner_id.ids,
                )
            )
        conditions = self._get_conditions(query, SQL("profile_of.company_id"))
        score = self._get_score_sql(conditions) if conditions else SQL("NULL::int")
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE c360_customer_profile AS profile
                   SET completeness = fresh.score
                  FROM (%s) AS fresh
                 WHERE profile.id = fresh.id
                   AND profile.completeness IS DISTINCT FROM fresh.score
             RETURNING 1
                """,
                query.select(SQL("profile_of.id AS id"), SQL("%s AS score", score)),
            )
        )
        self.env["c360.customer.profile"].invalidate_model(["completeness"])
        return len(rows)

    @api.model
    def _get_partner_query(self):
        # whoever asks, the score is that of all the data
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        query = partners_sudo._search(Domain.TRUE)
        query.order = None
        return query

    @api.model
    def _get_missing(self, customer, company):
        """Return the score of one customer now and what is missing, worst first.

        :return: ``(score or None, [names])``; one query besides the rules
        """
        query = self._get_partner_query()
        query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), customer.id))
        conditions = self._get_conditions(query, SQL("%s", company.id))
        if not conditions:
            return None, []
        columns = [
            SQL("%s AND NOT COALESCE(%s, FALSE)", applies, met)
            for _rule, applies, met in conditions
        ]
        [(score, *lacking)] = self.env.execute_query(
            query.select(self._get_score_sql(conditions), *columns)
        )
        rules = [
            rule
            for (rule, _applies, _met), lacks in zip(conditions, lacking, strict=True)
            if lacks
        ]
        rules.sort(key=lambda rule: -rule.weight)
        return score, [rule.name for rule in rules]


class C360CustomerProfile(models.Model):
    _inherit = "c360.customer.profile"

    completeness = fields.Integer(
        string="Data Complete (%)",
        readonly=True,
        aggregator="avg",
        help="How much of what we should know of the customer is there, by weight. "
        "Updated every night; the customer's page says what is missing.",
    )


class C360CustomerPage(models.AbstractModel):
    _inherit = "c360.customer.page"

    def _get_header(self, partner, customer, contacts):
        header = super()._get_header(partner, customer, contacts)
        header["completeness"] = self._get_completeness(customer)
        return header

    def _get_completeness(self, customer):
        """Return in words what is missing of the customer's data, False if nothing."""
        rules = self.env["c360.customer.completeness.rule"]
        if not rules._is_used():
            return False
        score, names = rules._get_missing(customer, self.env.company)
        if not names:
            return False
        if len(names) > NAMED:
            rest = self.env._("%(count)s more", count=len(names) - NAMED)
            names = [*names[:NAMED], rest]
        return self.env._(
            "%(score)s %% complete, missing: %(names)s",
            score=score,
            names=", ".join(names),
        )
