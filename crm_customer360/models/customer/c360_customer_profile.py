import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.customer_refund import CENT, WHOLE
from .c360_customer_lifecycle import LIFECYCLE
from .c360_customer_profile_query import (
    CREDIT,
    CREDITED_LINES,
    LINES_OF_ORDER,
    PURCHASE,
    REFRESH,
)
from .c360_customer_scope import CustomerScope

_logger = logging.getLogger(__name__)

# What the refresh reads; whatever waits in the cache is written first.
SOURCES = {
    "sale.order": [
        "partner_id",
        "company_id",
        "state",
        "date_order",
        "amount_untaxed",
        "currency_id",
        "currency_rate",
    ],
    "sale.order.line": [
        "order_id",
        "is_downpayment",
        "invoice_lines",
        "untaxed_amount_invoiced",
    ],
    "account.move": ["state", "move_type"],
    "account.move.line": ["move_id", "currency_id", "price_subtotal", "balance"],
    "crm.lead": ["partner_id", "company_id"],
    "res.partner": ["commercial_partner_id", "company_id", "customer_rank", "name"],
    "res.company": [
        "currency_id",
        "c360_new_days",
        "c360_won_back_days",
        "c360_churn_days",
        "c360_score_days",
    ],
    "res.currency": ["rounding"],
}


class C360CustomerProfile(models.Model):
    """What a commercial partner is to one company: a row of figures.

    The rows are a function of the documents: nobody types here, ``_refresh`` writes
    what changed and nothing else. They live in their own narrow table because
    ``res.partner`` is the hottest table of the host.

    A customer has a row in every company he ordered from. A prospect has one in the
    companies that quoted him, hold a lead for him or keep him as theirs; when nothing
    names a company (a shared lead, a shared partner with customer rank), he is
    everybody's prospect and has a row in each company.
    """

    _name = "c360.customer.profile"
    _description = "Customer Profile"
    _inherit = ["c360.customer.audit.mixin"]
    # A row says who buys how much: as good as an address.
    _audit_fields = frozenset(("partner_id",))
    _order = "last_order_date desc nulls last, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    lifecycle = fields.Selection(
        selection=LIFECYCLE,
        required=True,
        readonly=True,
        help="From confirmed orders and the windows in the settings. Prospect: no "
        "order yet. New: first order. Retained: ordered again, or the window for new "
        "customers has passed. Churned: no order for the churn window. Won back: "
        "ordered after having churned.",
    )
    lifecycle_date = fields.Date(
        string="Lifecycle Since",
        readonly=True,
        help="When the customer entered this stage; for a prospect, the first trace "
        "of him (lead, quotation, partner).",
    )
    first_order_date = fields.Date(string="First Order", readonly=True)
    last_order_date = fields.Date(string="Last Order", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed total of the confirmed orders less what was credited of their "
        "invoices, in the currency of the company at the rate of each order. Orders "
        "that were cancelled or credited in full do not count, as if they had never "
        "happened; down payments and credit notes without an order do not matter.",
    )
    # Time alone changes the row on this day: the nightly run looks for it.
    next_date = fields.Date(readonly=True, export_string_translation=False)
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")

    # A constraint, not an index: the host's partner merge aborts on a unique index.
    _partner_company_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "A customer has one profile in each company.",
    )
    # "churned in the last 30 days", the columns of the kanban
    _lifecycle_idx = models.Index("(lifecycle, lifecycle_date)")
    # the nightly run: whom does time move on today?
    _next_idx = models.Index("(next_date) WHERE next_date IS NOT NULL")
    # the list in its default order
    _order_idx = models.Index("(last_order_date DESC NULLS LAST, id DESC)")

    def action_open_customer(self):
        """Open the page of this row's customer."""
        self.ensure_one()
        return self.partner_id.action_view_customer_360()

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_lifecycle"
        )

    @api.model
    def _cron_refresh(self):
        """Refresh whom documents or time alone have moved on; heal gaps.

        Goes on where it was stopped. Does nothing while the lifecycle is switched off.
        """
        if not self._is_used():
            return
        try:
            is_done = self.env["c360.customer.progress"]._get()._run()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # An order slice moved a customer while this ran: begin again, with a
            # snapshot that knows of it.
            _logger.info("Customer profiles: refresh collided, once more")
            self.env.cr.rollback()
            is_done = self.env["c360.customer.progress"]._get()._run()
        if not is_done:
            self._wake_refresh()

    @api.model
    def _wake_refresh(self):
        """Have the cron look soon: a definition has changed, it will notice."""
        cron = self.env.ref(
            "crm_customer360.ir_cron_customer_profile", raise_if_not_found=False
        )
        if cron:
            cron._trigger()

    @api.model
    def _refresh(self, partners=None):
        """Bring profiles and lifecycle ledger in line with the documents.

        A fixed number of statements at any size, for all companies; rows that did not
        change are not written. Rows whose partner is no customer any more (merged,
        moved below a company) go away. Does nothing while the lifecycle is switched
        off.

        Two refreshes at once cannot write a transition twice: a transition is appended
        only together with a change of its profile row, so the second one to touch
        the row fails with a serialisation error (transactions are REPEATABLE READ)
        and is run again by whoever called it.

        :param partners: any contacts, their commercial partners are meant; ``None`` for
            all
        :return: number of profile rows written or removed
        """
        if not self._is_used() or (partners is not None and not partners):
            return 0
        scope = CustomerScope()
        if partners is not None:
            # The system keeps the books, whoever's document is the reason.
            partners_sudo = partners.sudo()
            scope = CustomerScope(
                (partners_sudo | partners_sudo.commercial_partner_id).ids
            )
        return self._refresh_flushed(scope)

    @api.model
    def _flush_sources(self):
        for model_name, field_names in self._get_refresh_sources():
            self.env[model_name].flush_model(field_names)
        self.flush_model()

    @api.model
    def _refresh_flushed(self, scope):
        """Refresh the customers of a scope with what the cache held back written."""
        self._flush_sources()
        written = self._refresh_scope(scope)
        if written:
            self.invalidate_model()
            self.env["c360.customer.lifecycle"].invalidate_model()
        return written

    @api.model
    def _get_refresh_sources(self):
        """Return pairs of a model and its fields that the refresh reads."""
        return list(SOURCES.items())

    @api.model
    def _get_definition_fields(self):
        """Return the fields of a company that decide about everybody's figures."""
        return ["c360_new_days", "c360_won_back_days", "c360_churn_days"]

    @api.model
    def _refresh_comparison(self):
        """Bring up to date what depends on the other customers as well."""

    @api.model
    def _refresh_scope(self, scope):
        """Run every statement of the refresh; return the rows the widest one wrote."""
        return self._refresh_rows(scope)

    @api.model
    def _refresh_rows(self, scope):
        """Bring lifecycle, orders and revenue up to date, and append to the ledger.

        Raw SQL because the ORM has neither window functions nor upsert; access rules
        do not apply to the system's own bookkeeping. Every part is filtered by the
        same customers, or by none.
        """
        today = fields.Date.today()
        params = {
            "orders": scope.rows("sale_order"),
            "leads": scope.rows("crm_lead"),
            "credits": self._get_credits(scope),
            "today": today,
            "tomorrow": today + timedelta(days=1),
            "of_partner": scope.only("partner.commercial_partner_id"),
            "of_profile": scope.only("profile.partner_id"),
        }
        purchase = SQL(PURCHASE, **params)
        if not scope.is_all:
            cte = SQL("c360_purchase AS MATERIALIZED (%s),", purchase)
            [(written,)] = self.env.execute_query(SQL(REFRESH, purchase=cte, **params))
            return written
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE c360_purchase AS %s", purchase))
        [(written,)] = self.env.execute_query(SQL(REFRESH, purchase=SQL(), **params))
        self.env.cr.execute(SQL("DROP TABLE c360_purchase"))
        return written

    @api.model
    def _get_credits(self, scope):
        """Return what was given back of the order ``o``, to be joined."""
        lines = CREDITED_LINES if scope.is_all else LINES_OF_ORDER
        credit = SQL(CREDIT, lines=SQL(lines), whole=WHOLE, cent=CENT)
        if not scope.is_all:
            return SQL("LATERAL (%s)", credit)
        # once, whatever the planner believes
        return SQL("(WITH once AS MATERIALIZED (%s) SELECT * FROM once)", credit)

    @api.model
    def _get_credited_sql(self):
        """Return SQL of the ids of all orders that were credited in full.

        Such an order counts as little as a cancelled one. Begins with the credit
        notes, so it costs what they are, not what the orders are.
        """
        for model in ("account.move", "account.move.line", "sale.order.line"):
            self.env[model].flush_model()
        return SQL(
            "SELECT order_id FROM (%s) AS credit WHERE is_whole",
            SQL(CREDIT, lines=SQL(CREDITED_LINES), whole=WHOLE, cent=CENT),
        )
