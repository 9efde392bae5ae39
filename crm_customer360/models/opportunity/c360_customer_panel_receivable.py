from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..customer.c360_customer_timeline import TimelineSource

INVOICES = ("out_invoice", "out_refund", "out_receipt")
PAYMENT_TONES = {"paid": "success", "in_payment": "success", "partial": "warning"}
COLUMNS = {
    "move_id": "move_id",
    "name": "move_id.name",
    "ref": "move_id.ref",
    "origin": "move_id.invoice_origin",
    "due": "date_maturity",
    "residual": "amount_residual",
    "company_id": "company_id",
}
UNPAID = Domain(
    [
        ("account_id.account_type", "=", "asset_receivable"),
        ("parent_state", "=", "posted"),
        ("reconciled", "=", False),
    ]
)
# So many days after the due date a delay is no slip of the customer's any more.
POOR_DAYS = 30
# Part of the credit limit, in percent, from which we should talk about it.
CREDIT_NEAR = 80


class C360CustomerPanelReceivable(models.AbstractModel):
    """What the customer owes us, and for how long.

    Read from the open receivable lines: true per instalment, and as cheap for an old
    customer as for a new one, unlike the credit fields of the partner.
    """

    _name = "c360.customer.panel.receivable"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Receivables"

    _panel_key = "receivable"
    _panel_sequence = 40
    _panel_models = ("account.move", "account.move.line")
    # A salesperson is told that his invoices are late, not what is owed in all.
    _panel_groups = ("crm_customer360.group_finance",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        rows, sums = self._select_rows(
            "account.move.line",
            self._get_documents_domain("account.move.line", partner_ids) & UNPAID,
            COLUMNS,
            "date_maturity, id",
            totals=lambda column: self._get_totals(column, today),
            split=("company_id",),
            # money that waits to be matched comes after what is owed
            first=lambda column: SQL("%s > 0", column("amount_residual")),
        )
        due, overdue = (
            self._sum_in_company_currency(sums, name) for name in ("due", "overdue")
        )
        oldest = min((row.oldest for row in sums if row.oldest), default=None)
        days = (today - oldest).days if oldest else 0
        return {
            "title": self.env._("Receivables"),
            "icon": "fa-money",
            "figures": [
                *self._get_figures(customer, today, due, overdue, days),
                *self._get_credit_figures(customer, due),
            ],
            "rows": [self._prepare_line_row(row, today) for row in rows],
            "count": sum(row.count for row in sums),
            "action": self._prepare_documents_action(
                self.env._("Invoices"),
                "account.move",
                customer,
                Domain([("move_type", "in", INVOICES), ("state", "=", "posted")]),
            ),
            "empty": self.env._("No unpaid invoice to show."),
            "due": self._get_due(customer, today, oldest),
            "health": self._get_health(days),
        }

    def _get_totals(self, column, today):
        residual, maturity = column("amount_residual"), column("date_maturity")
        late = SQL("%s < %s AND %s > 0", maturity, today, residual)
        return {
            "due": SQL("SUM(%s)", residual),
            "overdue": SQL("SUM(%s) FILTER (WHERE %s)", residual, late),
            "oldest": SQL("MIN(%s) FILTER (WHERE %s)", maturity, late),
        }

    def _get_figures(self, customer, today, due, overdue, days):
        tone = "danger" if days else None
        late_action = self._get_late_action(customer, today)
        due_action = self._prepare_documents_action(
            self.env._("Unpaid"), "account.move.line", customer, UNPAID
        )
        return [
            self._prepare_figure(
                self.env._("Due in all"), due, "money", action=due_action
            ),
            self._prepare_figure(
                self.env._("Overdue"), overdue, "money", tone, action=late_action
            ),
            self._prepare_figure(
                self.env._("Days overdue"),
                days,
                "integer",
                tone or "muted",
                action=late_action,
            ),
        ]

    def _get_late_action(self, customer, today):
        return self._prepare_documents_action(
            self.env._("Overdue"),
            "account.move.line",
            customer,
            UNPAID,
            Domain([("date_maturity", "<", str(today)), ("amount_residual", ">", 0)]),
        )

    def _get_credit_figures(self, customer, due):
        """Return the part of the credit limit that is used, where there is a limit."""
        if not self.env.company.account_use_credit_limit:
            return []
        if not customer._has_field_access(customer._fields["credit_limit"], "read"):
            return []
        customer.fetch(["credit_limit"])
        limit = customer.credit_limit
        if limit <= 0:
            return []
        used = max(due, 0) / limit
        tone = (
            "danger" if used > 1 else "warning" if used * 100 >= CREDIT_NEAR else None
        )
        return [
            self._prepare_figure(
                self.env._("Credit used"), round(used, 4), "percent", tone
            )
        ]

    def _get_due(self, customer, today, oldest):
        if not oldest:
            return []
        return [
            self._prepare_due(
                self.env._("Invoices are overdue"),
                self._get_late_action(customer, today),
                date=fields.Date.to_string(oldest),
                tone="danger",
                priority=40,
            )
        ]

    def _get_health(self, days):
        if not days:
            return []
        reason = self.env._("Invoices %(days)s days overdue", days=days)
        if days >= POOR_DAYS:
            return [self._prepare_health("poor", reason, 40)]
        return [self._prepare_health("fair", reason, 30)]

    def _prepare_line_row(self, row, today):
        days = (today - row.due).days if row.due else 0
        badges = []
        if row.residual < 0:
            badges.append(self._prepare_badge(self.env._("Credit"), "info"))
        elif days > 0:
            label = self.env._("%(days)s days late", days=days)
            badges.append(self._prepare_badge(label, "danger"))
        return self._prepare_row(
            self.env["account.move"].browse(row.move_id),
            row.name,
            subtitle=row.ref or row.origin or False,
            date=fields.Date.to_string(row.due) or False,
            amount=self._from_company(row.residual, row.company_id),
            badges=badges,
        )

    # -- timeline --

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            TimelineSource(
                "account.move",
                "invoice_date",
                "invoice",
                (("state", "=", "posted"), ("move_type", "in", INVOICES)),
                text=("name", "ref", "invoice_origin"),
                user="invoice_user_id",
            ),
            TimelineSource(
                "account.payment",
                "date",
                "payment",
                (
                    ("partner_type", "=", "customer"),
                    ("state", "in", ("in_process", "paid")),
                ),
                text=("name", "memo"),
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "invoice": self.env._("Invoices"),
            "payment": self.env._("Payments"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model == "account.move":
            return self._get_invoice_entries(ids)
        if model == "account.payment":
            return self._get_payment_entries(ids)
        return super()._get_timeline_entries(model, ids)

    def _get_invoice_entries(self, ids):
        states = self._get_labels("account.move", "payment_state")
        today = fields.Date.context_today(self)
        entries = {}
        for move in self.env["account.move"].browse(ids):
            refund = move.move_type == "out_refund"
            open_ = move.payment_state in ("not_paid", "partial")
            late = open_ and move.invoice_date_due and move.invoice_date_due < today
            entries[move.id] = {
                "title": self.env._("Credit note %(name)s", name=move.name)
                if refund
                else self.env._("Invoice %(name)s", name=move.name),
                "subtitle": self.env._("Overdue")
                if late and not refund
                else states.get(move.payment_state),
                "amount": self._in_company_currency(
                    move.amount_total_signed, move.company_currency_id
                ),
                "icon": "fa-file-text",
                "tone": "danger"
                if late and not refund
                else PAYMENT_TONES.get(move.payment_state),
            }
        return entries

    def _get_payment_entries(self, ids):
        entries = {}
        for payment in self.env["account.payment"].browse(ids):
            inbound = payment.payment_type == "inbound"
            entries[payment.id] = {
                "title": self.env._("Payment %(name)s", name=payment.name or "")
                if inbound
                else self.env._("Refund %(name)s", name=payment.name or ""),
                "subtitle": payment.memo or payment.journal_id.name,
                "amount": self._in_company_currency(
                    payment.amount_company_currency_signed, payment.company_currency_id
                ),
                "icon": "fa-credit-card",
                "tone": "success" if inbound else "warning",
            }
        return entries
