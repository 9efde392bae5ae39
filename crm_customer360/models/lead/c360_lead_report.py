from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

ANALYST = "crm_customer360.group_analyst"
COST_READERS = "crm_customer360.group_leader,crm_customer360.group_analyst"
# A measure that is one sum by another: it cannot be added up.
RATIOS = {
    "cost_per_lead": "lead_count",
    "cost_per_valid": "valid_count",
    "cost_per_won": "won_count",
}


class C360LeadReport(models.Model):
    """What became of leads, by where they came from and who worked on them.

    One row per lead, with no column that would tell whose lead it is; one row per month
    of a cost, which belongs to its source, campaign and medium. Rooms below add their
    columns in ``_get_columns``.

    Whose leads are counted: those the user may read, by the rules of leads themselves.
    Analysts read figures only: of all leads of their companies.
    """

    _name = "c360.lead.report"
    _description = "Lead Results"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "date"
    _depends = {
        "crm.lead": [
            "active",
            "campaign_id",
            "capture_channel",
            "capture_date",
            "check_id",
            "check_state",
            "collector_id",
            "company_id",
            "country_id",
            "date_conversion",
            "expected_revenue",
            "first_response_date",
            "first_response_hours",
            "grade",
            "lost_reason_id",
            "medium_id",
            "merged_into_id",
            "profile_id",
            "source_id",
            "stage_id",
            "team_id",
            "user_id",
            "won_status",
        ],
        "crm.stage": ["sequence", "team_ids"],
        "sale.order": [
            "amount_untaxed",
            "company_id",
            "currency_rate",
            "opportunity_id",
            "state",
        ],
        "c360.lead.cost": [
            "amount",
            "campaign_id",
            "company_id",
            "date_from",
            "date_to",
            "medium_id",
            "source_id",
        ],
    }

    # Where from
    date = fields.Datetime(string="Captured", readonly=True)
    capture_channel = fields.Selection(
        selection=lambda self: self.env["crm.lead"]
        ._fields["capture_channel"]
        .selection,
        string="Channel",
        readonly=True,
    )
    source_id = fields.Many2one(comodel_name="utm.source", readonly=True)
    campaign_id = fields.Many2one(comodel_name="utm.campaign", readonly=True)
    medium_id = fields.Many2one(comodel_name="utm.medium", readonly=True)
    collector_id = fields.Many2one(
        comodel_name="res.users", string="Brought By", readonly=True
    )
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    # How good
    check_state = fields.Selection(
        selection=[("valid", "Valid"), ("invalid", "Invalid")],
        string="Check",
        readonly=True,
    )
    check_id = fields.Many2one(
        comodel_name="c360.lead.check", string="Check Rule", readonly=True
    )
    profile_id = fields.Many2one(comodel_name="c360.lead.profile", readonly=True)
    grade = fields.Selection(
        selection=[("key", "Key"), ("normal", "Normal"), ("unlikely", "Unlikely")],
        readonly=True,
    )
    # Who worked on it, and what came of it
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", readonly=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    won_status = fields.Selection(
        selection=[("won", "Won"), ("lost", "Lost"), ("pending", "Open")],
        string="Result",
        readonly=True,
    )
    lost_reason_id = fields.Many2one(comodel_name="crm.lost.reason", readonly=True)
    # Counted
    lead_count = fields.Integer(string="Leads", readonly=True)
    valid_count = fields.Integer(string="Valid", readonly=True)
    contacted_count = fields.Integer(string="Contacted", readonly=True)
    qualified_count = fields.Integer(string="Qualified", readonly=True)
    won_count = fields.Integer(string="Won", readonly=True)
    lost_count = fields.Integer(string="Lost", readonly=True)
    valid_rate = fields.Float(string="Valid (%)", aggregator="avg", readonly=True)
    contacted_rate = fields.Float(
        string="Contacted (%)", aggregator="avg", readonly=True
    )
    qualified_rate = fields.Float(
        string="Qualified (%)", aggregator="avg", readonly=True
    )
    won_rate = fields.Float(string="Won (%)", aggregator="avg", readonly=True)
    response_hours = fields.Float(
        string="Answered After (hours)", aggregator="avg", readonly=True
    )
    # Money, in the currency of the current company
    revenue = fields.Monetary(
        string="Revenue Won",
        readonly=True,
        help="Confirmed orders of won leads, untaxed; without orders: expected.",
    )
    cost = fields.Monetary(readonly=True, groups=COST_READERS)
    cost_per_lead = fields.Monetary(
        aggregator="avg", readonly=True, groups=COST_READERS
    )
    cost_per_valid = fields.Monetary(
        string="Cost per Valid Lead",
        aggregator="avg",
        readonly=True,
        groups=COST_READERS,
    )
    cost_per_won = fields.Monetary(
        string="Cost per Won Lead",
        aggregator="avg",
        readonly=True,
        groups=COST_READERS,
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)

    @property
    def _table_query(self):
        """Leads the user may count, and the months of what they cost."""
        query = self._get_lead_query()
        leads = SQL(
            "SELECT %s FROM %s WHERE %s",
            self._get_select(self._get_lead_columns()),
            query.from_clause,
            query.where_clause or SQL("TRUE"),
        )
        if not self._reads_costs():
            return leads
        return SQL("%s UNION ALL %s", leads, self._get_cost_query())

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Divide sums: the average of quotients would be another figure."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        # checks that the user may read the field
        self._field_to_sql(self._table, name, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "cost", query),
            self._field_to_sql(self._table, RATIOS[name], query),
        )

    # ------------------------------------------------------------
    # Leads
    # ------------------------------------------------------------

    @api.model
    def _get_lead_query(self):
        """Return the query of the leads that count, as the user may read them."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        # two leads merged were one customer
        domain = Domain("merged_into_id", "=", False)
        if not self.env.user.has_group(ANALYST):
            return leads._search(domain, order="id")
        # Figures of everything in his companies are what an analyst is there for; the
        # row itself stays closed to him.
        leads_sudo = leads.sudo()
        domain &= Domain("company_id", "in", [*self.env.companies.ids, False])
        return leads_sudo._search(domain, order="id")

    @api.model
    def _get_select(self, columns):
        return SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in columns.items()
        )

    @api.model
    def _get_lead_columns(self):
        """Return ``{column: SQL}`` of a lead, in the order of all parts of the query.

        Sub-selects are only run where their column is asked for.
        """
        plain = (
            "capture_channel source_id campaign_id medium_id collector_id country_id "
            "check_state check_id profile_id grade user_id team_id company_id "
            "won_status lost_reason_id"
        ).split()
        valid = SQL("(crm_lead.check_state IS DISTINCT FROM 'invalid')")
        contacted = SQL("(crm_lead.first_response_date IS NOT NULL)")
        qualified = self._get_qualified()
        won, lost = (
            SQL("(crm_lead.won_status = %s)", status) for status in ("won", "lost")
        )
        none = SQL("NULL::numeric")
        return {
            "id": SQL("crm_lead.id"),
            "date": SQL("COALESCE(crm_lead.capture_date, crm_lead.create_date)"),
            **{name: SQL.identifier("crm_lead", name) for name in plain},
            "lead_count": SQL("1"),
            "valid_count": SQL("%s::int", valid),
            "contacted_count": SQL("%s::int", contacted),
            "qualified_count": SQL("%s::int", qualified),
            "won_count": SQL("%s::int", won),
            "lost_count": SQL("(%s AND %s)::int", lost, valid),
            "valid_rate": SQL("%s::int::float", valid),
            "contacted_rate": SQL("%s::int::float", contacted),
            "qualified_rate": SQL("%s::int::float", qualified),
            "won_rate": SQL("%s::int::float", won),
            "response_hours": SQL(
                "CASE WHEN %s THEN crm_lead.first_response_hours END", contacted
            ),
            "revenue": self._get_revenue(won),
            "cost": none,
            "cost_per_lead": none,
            "cost_per_valid": none,
            "cost_per_won": none,
            "currency_id": SQL("%s", self.env.company.currency_id.id),
        }

    @api.model
    def _get_qualified(self):
        """Return SQL for whether somebody found the lead worth working on.

        Converted, moved past the first stage of its team, or won. Being born as an
        opportunity says nothing: without leads in use every lead is.
        """
        return SQL(
            """
            (crm_lead.date_conversion IS NOT NULL
             OR crm_lead.won_status = 'won'
             OR crm_lead.stage_id IS NOT NULL
            AND (COALESCE(crm_lead.team_id, 0), crm_lead.stage_id) NOT IN (
                SELECT DISTINCT ON (team.id) team.id, stage.id
                  FROM (SELECT id FROM crm_team UNION ALL SELECT 0) AS team
                  JOIN crm_stage AS stage
                    ON NOT EXISTS (SELECT FROM crm_stage_crm_team_rel AS rel
                                    WHERE rel.crm_stage_id = stage.id)
                    OR EXISTS (SELECT FROM crm_stage_crm_team_rel AS rel
                                WHERE rel.crm_stage_id = stage.id
                                  AND rel.crm_team_id = team.id)
              ORDER BY team.id, stage.sequence, stage.id))
            """
        )

    @api.model
    def _get_revenue(self, won):
        # An order may be another company's than its lead, also of one not chosen: its
        # rate is needed, nothing else of it.
        companies_sudo = self.env["res.company"].sudo()
        return SQL(
            """
            CASE WHEN %(won)s THEN COALESCE(
                (SELECT SUM(%(sale_rate)s * sale.amount_untaxed / COALESCE(
                            NULLIF(sale.currency_rate, 0), 1))
                   FROM sale_order AS sale
                  WHERE sale.opportunity_id = crm_lead.id AND sale.state = 'sale'),
                %(rate)s * crm_lead.expected_revenue, 0)
            END
            """,
            won=won,
            rate=self._get_rate(SQL("crm_lead.company_id")),
            sale_rate=self._get_rate(
                SQL("sale.company_id"), companies_sudo.search(Domain.TRUE)
            ),
        )

    @api.model
    def _get_rate(self, company, companies=None):
        """Return SQL for what turns a company's money into the current company's.

        Today's rates, as the host's reports of sales. In the query they are numbers:
        there are as many as companies.
        """
        mine = self.env.company
        # Rates of exchange are no secret.
        companies_sudo = (companies or self.env.companies).sudo()
        rates = {
            other.id: other.currency_id._get_conversion_rate(
                other.currency_id, mine.currency_id, mine, fields.Date.today()
            )
            for other in companies_sudo
            if other.currency_id != mine.currency_id
        }
        if not rates:
            return SQL("1")
        return SQL(
            "CASE %s %s ELSE 1 END",
            company,
            SQL(" ").join(
                SQL("WHEN %s THEN %s", company_id, rate)
                for company_id, rate in rates.items()
            ),
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_source(self):
        """Open the lead, or the cost, a row stands for.

        :raise UserError: the user may count the lead, not read it
        """
        self.ensure_one()
        model, res_id = "crm.lead", self.id
        if res_id < 0:
            model, res_id = "c360.lead.cost", -res_id // 1000
        if not self.env[model].browse(res_id).has_access("read"):
            raise UserError(self.env._("You see figures of this lead, not the lead."))
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")],
        }
