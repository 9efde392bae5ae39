import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.customer_value_trial import PLAIN
from .c360_customer_value_query import SLICE as SLICE_QUERY
from .c360_customer_value_score import SLICE

_logger = logging.getLogger(__name__)

KINDS = [
    ("bgnbd", "BG/NBD"),
    ("pareto", "Pareto/NBD"),
    ("rate", "Plain rate"),
]
# Collisions with other transactions one round puts up with
PATIENCE = 5


class C360CustomerValueModel(models.Model):
    """How a company's customers buy: the models, their trial, and which one is used.

    One row per company. Once a week the models learn the orders until some months ago
    and foretell those months; the one nearest to what happened is used, with
    parameters learned anew from everything. Somebody may also choose by hand.
    """

    _name = "c360.customer.value.model"
    _description = "Forecast of Customers"
    _order = "company_id"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        selection=[
            ("new", "Not looked yet"),
            ("lack", "Too little history"),
            ("ready", "Ready"),
        ],
        required=True,
        default="new",
        readonly=True,
    )
    lack = fields.Selection(
        selection=[
            ("weeks", "Weeks"),
            ("customers", "Customers"),
            ("repeats", "Repeat orders"),
        ],
        readonly=True,
    )
    choice = fields.Selection(
        selection=[("auto", "Whichever foretold best"), *KINDS],
        string="Model to Use",
        required=True,
        default="auto",
        help="Whichever foretold best: decided anew every week. A model chosen here "
        "stays until somebody chooses another.",
    )
    best_kind = fields.Selection(selection=KINDS, string="Foretold Best", readonly=True)
    used_kind = fields.Selection(
        selection=KINDS, string="Used", compute="_compute_used_kind"
    )
    fit_date = fields.Date(string="Learned On", readonly=True)
    first_date = fields.Date(string="First Order", readonly=True)
    cut_date = fields.Date(
        string="Learned Until",
        readonly=True,
        help="In the trial: what came later was foretold, and compared.",
    )
    months = fields.Integer(string="Months Foretold", readonly=True)
    customer_count = fields.Integer(
        string="Customers", readonly=True, help="Customers with an order."
    )
    sample_count = fields.Integer(
        string="Customers in the Trial",
        readonly=True,
        help="With an order before the months foretold; of many customers, a sample.",
    )
    repeat_count = fields.Integer(
        string="Repeat Orders",
        readonly=True,
        help="Days on which customers of the trial ordered again before the months "
        "foretold.",
    )
    actual_count = fields.Integer(
        string="Orders That Came",
        readonly=True,
        help="Days with an order of the customers of the trial in the months foretold.",
    )
    money_parameters = fields.Json(readonly=True)
    margin_rate = fields.Float(
        readonly=True,
        groups="crm_customer360.group_cost",
        help="Margin of all customers as a share of their revenue.",
    )
    verdict = fields.Text(string="In Words", compute="_compute_verdict")
    candidate_ids = fields.One2many(
        comodel_name="c360.customer.value.candidate",
        inverse_name="value_model_id",
        readonly=True,
    )
    month_ids = fields.One2many(
        comodel_name="c360.customer.value.month",
        inverse_name="value_model_id",
        readonly=True,
    )
    # How far the daily round has come
    scored_date = fields.Date(string="Customers Scored On", readonly=True)
    scored_partner_id = fields.Integer(readonly=True)

    _company_uniq = models.Constraint(
        "UNIQUE (company_id)", "A company has one forecast of its customers."
    )

    # -- which one is used --

    @api.depends("state", "choice", "best_kind", "candidate_ids.kind")
    def _compute_used_kind(self):
        for value_model in self:
            kinds = value_model.candidate_ids.mapped("kind")
            choice = value_model.choice
            if value_model.state != "ready":
                value_model.used_kind = False
            elif choice in kinds:
                value_model.used_kind = choice
            else:
                value_model.used_kind = value_model.best_kind

    def _get_kind(self):
        """Return the kind to forecast with, False when nothing can be foretold."""
        return self.used_kind

    def _get_parameters(self, kind):
        candidate = self.candidate_ids.filtered(lambda line: line.kind == kind)
        return candidate.parameters

    # -- in words --

    @api.depends("state", "lack", "choice", "best_kind", "candidate_ids.gain", "months")
    @api.depends_context("lang")
    def _compute_verdict(self):
        for value_model in self:
            value_model.verdict = value_model._get_verdict()

    def _get_verdict(self):
        if self.state == "new":
            return self.env._(
                "Nobody has looked at the orders yet: the job does weekly."
            )
        if self.state == "lack":
            return self._get_lack_words()
        gains = {line.kind: line.gain for line in self.candidate_ids}
        words = dict(self._fields["choice"]._description_selection(self.env))
        if self.best_kind == PLAIN:
            sentence = self.env._(
                "Over the last %(months)s months no model foretold your customers' "
                "orders clearly better than the plain rate, “everybody goes on as so "
                "far”. So the plain rate is the best guess here: your customers hardly "
                "leave, or order by season or subscription.",
                months=self.months,
            )
        else:
            sentence = self.env._(
                "Over the last %(months)s months %(model)s foretold your customers' "
                "orders %(percent)s %% better than the plain rate, “everybody goes on "
                "as so far”.",
                months=self.months,
                model=words[self.best_kind],
                percent=round(100 * gains.get(self.best_kind, 0.0)),
            )
        if self.used_kind != self.best_kind:
            chosen = self.env._(
                "%(model)s is used nevertheless, because somebody chose it.",
                model=words[self.used_kind],
            )
            return f"{sentence}\n{chosen}"
        return sentence

    def _get_lack_words(self):
        words = {
            "weeks": self.env._(
                "The first order is too recent: nine months of orders are needed to "
                "learn from some and foretell the others."
            ),
            "customers": self.env._(
                "Too few customers: at least 200 who had ordered before the months to "
                "be foretold are needed, there are %(count)s.",
                count=self.sample_count,
            ),
            "repeats": self.env._(
                "Too few repeat orders: at least 100 before the months to be foretold "
                "are needed, there are %(count)s.",
                count=self.repeat_count,
            ),
        }
        figures = self.env._(
            "No probability, no expected orders and no value are shown until then. The "
            "next order is still told by each customer's own rhythm."
        )
        return f"{words[self.lack]}\n{figures}"

    # -- by hand --

    def write(self, vals):
        result = super().write(vals)
        if "choice" in vals:
            self._wake_score()
        return result

    def action_open_months(self):
        """Show what was foretold against what happened, month by month."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_customer360.c360_customer_value_month_action"
            ),
            "domain": [("value_model_id", "=", self.id)],
        }

    def action_fit(self):
        """Have the job learn anew as soon as it can."""
        self.check_access("write")
        cron_sudo = self.env.ref("crm_customer360.ir_cron_customer_value_fit").sudo()
        cron_sudo._trigger()  # scheduling is the system's business
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The orders are being looked at; come back in a few minutes."
                ),
            },
        }

    # -- the daily round --

    @api.model
    def _wake_score(self, companies=None):
        """Have all customers scored anew soon: a definition has changed."""
        domain = Domain("company_id", "in", companies.ids) if companies else Domain.TRUE
        # The system's own progress, whoever changed a setting.
        value_models_sudo = self.sudo().search(domain)
        value_models_sudo.write({"scored_date": False, "scored_partner_id": 0})
        cron = self.env.ref(
            "crm_customer360.ir_cron_customer_value_score", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()  # scheduling is the system's business

    @api.model
    def _cron_score(self):
        """Score all customers in slices: time alone changes what is expected.

        Goes on where it was interrupted; a day without news writes few rows.
        """
        if not self.env["c360.customer.value.score"]._is_used():
            return
        self._create_missing()
        today, collisions = fields.Date.today(), 0
        pending = Domain("scored_date", "!=", today)
        while value_model := self.search(pending, limit=1):
            try:
                with self.env.cr.savepoint():
                    done = value_model._score_next(today)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # An order slice scored the same customers since this snapshot.
                self.env.cr.rollback()
                collisions += 1
                if collisions > PATIENCE:
                    self._wake_score_later()
                    return
                continue
            except Exception:
                # what one company breaks is not to stop the others
                _logger.exception("Scoring of customers: %s failed", value_model.id)
                pending &= Domain("id", "!=", value_model.id)
                done = 0
            remaining = self.search_count(pending)
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                return

    @api.model
    def _wake_score_later(self):
        self.env.ref("crm_customer360.ir_cron_customer_value_score")._trigger()

    def _score_next(self, today):
        """Score the next slice of one company; return how many customers that were."""
        rows = self.env.execute_query(
            SQL(
                SLICE_QUERY,
                company_id=self.company_id.id,
                after=self.scored_partner_id,
                limit=SLICE,
            )
        )
        partner_ids = [partner_id for (partner_id,) in rows]
        if partner_ids:
            self.env["c360.customer.value.score"]._score_slice(self, partner_ids)
            self.scored_partner_id = partner_ids[-1]
        if len(partner_ids) < SLICE:
            self.write({"scored_date": today, "scored_partner_id": 0})
        return len(partner_ids)

    @api.model
    def _create_missing(self):
        """Create the row of companies that have customers and no row yet."""
        known = self.search(Domain.TRUE).company_id
        companies = self.env["res.company"].search([("id", "not in", known.ids)])
        profiles = self.env["c360.customer.profile"]
        wanted = [
            company.id
            for company in companies
            if profiles.search_count(
                [("company_id", "=", company.id), ("order_count", ">", 0)], limit=1
            )
        ]
        return self.create([{"company_id": company_id} for company_id in wanted])
