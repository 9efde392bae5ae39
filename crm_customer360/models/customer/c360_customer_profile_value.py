from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .c360_customer_profile_value_query import (
    ALL_PARTS,
    GIVEN_BACK,
    PARTS_OF_DOCUMENT,
    VALUE,
)

# What the statement reads; whatever waits in the cache is written first.
SOURCES = {
    "sale.order.line": [
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "price_subtotal",
    ],
    "product.product": ["standard_price", "product_tmpl_id"],
    "product.template": ["uom_id"],
    "uom.uom": ["factor"],
    "stock.move": ["state", "value", "is_in", "is_out", "sale_line_id"],
    "account.move": ["payment_state", "invoice_date_due", "partner_id"],
    "account.move.line": ["display_type", "product_uom_id", "quantity"],
    "account.partial.reconcile": ["debit_move_id", "max_date"],
}
PAYMENT_MONTHS = 24


class C360CustomerProfileValue(models.Model):
    """What the customer earns us, what he costs us and how he pays."""

    _inherit = "c360.customer.profile"

    margin = fields.Monetary(
        readonly=True,
        groups="crm_customer360.group_cost",
        help="Revenue less what the goods and services cost us: goods delivered at the "
        "value they left the stock with, what came back deducted; everything else at "
        "the cost price of the product today, but for what was credited.",
    )
    cost_to_serve = fields.Monetary(
        readonly=True,
        groups="crm_customer360.group_cost",
        help="Tickets, visits, calls and messages, each at the cost in the settings.",
    )
    payment_days = fields.Float(
        string="Paid After Due (days)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        groups="crm_customer360.group_finance",
        help="Mean days from the due date to the last payment, of the invoices that "
        "fell due in the last two years and are paid; below zero, he pays early.",
    )
    paid_count = fields.Integer(
        string="Invoices Paid",
        readonly=True,
        groups="crm_customer360.group_finance",
        help="Invoices that fell due in the last two years and are paid in full.",
    )

    @api.model
    def _is_value_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_value"
        )

    @api.model
    def _get_refresh_sources(self):
        sources = super()._get_refresh_sources()
        if self._is_value_used():
            costs = self.env["c360.customer.cost"]._get_flush()
            return [*sources, *SOURCES.items(), *costs.items()]
        return sources

    @api.model
    def _get_definition_fields(self):
        prices = self.env["c360.customer.cost"]._get_price_fields()
        return [*super()._get_definition_fields(), *prices]

    @api.model
    def _refresh_scope(self, scope):
        written = super()._refresh_scope(scope)
        if self._is_value_used():
            written = max(written, self._refresh_values(scope))
        return written

    @api.model
    def _refresh_values(self, scope):
        """Bring margin, costs and payments up to date.

        One statement at any size; rows that did not change are not written. The
        payments look back from the beginning of the month, so that a day without news
        changes nothing.

        :param CustomerScope scope: whom
        :return: number of rows written
        """
        today = fields.Date.today()
        parts = ALL_PARTS if scope.is_all else PARTS_OF_DOCUMENT
        statement = SQL(
            VALUE,
            orders=scope.rows("sale_order"),
            invoices=scope.rows("account_move"),
            credits=self._get_credits(scope),
            given_back=SQL(GIVEN_BACK),
            **{name: SQL(part) for name, part in parts.items()},
            services=self.env["c360.customer.cost"]._get_query(scope),
            since=today.replace(day=1) - relativedelta(months=PAYMENT_MONTHS),
            tomorrow=today + timedelta(days=1),
            of_partner=scope.only("partner.commercial_partner_id"),
            of_profile=scope.only("profile.partner_id"),
        )
        [(written,)] = self.env.execute_query(statement)
        return written
