from ast import literal_eval
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_customer_segment_query import DEFINITION_ERRORS

# What the screens name at once
NAMED = 3


class CompletenessRule(NamedTuple):
    """A rule as it is applied: plain values, so that it can be cached."""

    place: int
    name: str
    weight: int
    company_id: int | bool
    applies: tuple
    met: tuple


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
        self._rules_changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._rules_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._rules_changed()
        return result

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_relation"
        )

    @api.model
    def _rules_changed(self):
        self.env.registry.clear_cache()
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
    @tools.ormcache("self.env.lang")
    def _load_rules(self):
        """Return the rules as plain values: every page of a customer asks for them."""
        # the rules are the company's, whoever opens a customer
        rules_sudo = self.sudo().search(Domain.TRUE)
        loaded = []
        for rule_sudo in rules_sudo:
            try:
                domains = (rule_sudo._get_applies_domain(), rule_sudo._get_met_domain())
            except DEFINITION_ERRORS:
                continue
            loaded.append(
                CompletenessRule(
                    len(loaded),
                    rule_sudo.name,
                    rule_sudo.weight,
                    rule_sudo.company_id.id,
                    *(tuple(domain) for domain in domains),
                )
            )
        return tuple(loaded)

    @api.model
    def _get_conditions(self, query, company):
        """Return ``[(rule, SQL concerned, SQL there)]`` of every rule.

        :param Query query: on ``res.partner``, gets the joins they need
        :param SQL company: the company whose rules are meant, in the query
        """
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)

        def to_sql(domain):
            domain = Domain(list(domain)).optimize_full(partners_sudo)
            return domain._to_sql(partners_sudo, query.table, query)

        conditions = []
        for rule in self._load_rules():
            try:
                applies, met = to_sql(rule.applies), to_sql(rule.met)
            except DEFINITION_ERRORS:
                # its field went away with an app: nobody is asked for it
                continue
            if rule.company_id:
                applies = SQL("(%s AND %s = %s)", applies, company, rule.company_id)
            conditions.append((rule, applies, met))
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

        :return: ``(score or None, [names])``
        """
        select = self._select_missing(customer, company)
        if not select:
            return None, []
        [(value,)] = self.env.execute_query(select)
        return self._parse_missing(value)

    @api.model
    def _select_missing(self, customer, company):
        """Return SQL selecting ``[score, [places of the rules that lack]]`` as JSON."""
        query = self._get_partner_query()
        query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), customer.id))
        conditions = self._get_conditions(query, SQL("%s", company.id))
        if not conditions:
            return None
        lacking = [
            SQL(
                "CASE WHEN %s AND NOT COALESCE(%s, FALSE) THEN %s::int END",
                applies,
                met,
                rule.place,
            )
            for rule, applies, met in conditions
        ]
        return query.select(
            SQL(
                "jsonb_build_array(%s, jsonb_build_array(%s))",
                self._get_score_sql(conditions),
                SQL(", ").join(lacking),
            )
        )

    @api.model
    def _parse_missing(self, value):
        """Return the score and the names of what is missing, by weight."""
        score, places = value
        loaded = self._load_rules()
        rules = [loaded[place] for place in places if place is not None]
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

    def _get_header_selects(self, customer):
        selects = super()._get_header_selects(customer)
        rules = self.env["c360.customer.completeness.rule"]
        if rules._is_used():
            select = rules._select_missing(customer, self.env.company)
            if select:
                selects["completeness"] = select
        return selects

    def _get_header_facts(self, values):
        """``completeness``: in words what is missing, False if nothing."""
        return {
            **super()._get_header_facts(values),
            "completeness": self._get_completeness(values.get("completeness")),
        }

    def _get_completeness(self, value):
        if not value:
            return False
        rules = self.env["c360.customer.completeness.rule"]
        score, names = rules._parse_missing(value)
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
