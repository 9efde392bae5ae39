from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..customer.c360_customer_timeline import TimelineSource

LINE_FIELDS = ("move_id", "date_maturity", "amount_residual", "company_id")
MOVE_FIELDS = ("name", "ref", "invoice_origin")
INVOICES = ("out_invoice", "out_refund", "out_receipt")
PAYMENT_TONES = {"paid": "success", "in_payment": "success", "partial": "warning"}


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

    @api.model
    def _get_panel(self, customer, partner_ids):
        Line = self.env["account.move.line"]
        domain = self._get_documents_domain("account.move.line", partner_ids) & Domain(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        today = fields.Date.context_today(self)
        due, overdue, oldest, count = self._get_residual(domain, today)
        days = (today - oldest).days if oldest else 0
        lines = Line.search_fetch(
            domain & Domain("amount_residual", ">", 0),
            LINE_FIELDS,
            order="date_maturity, id",
            limit=5,
        )
        lines.move_id.fetch(MOVE_FIELDS)
        tone = "danger" if days else None
        return {
            "title": self.env._("Receivables"),
            "icon": "fa-money",
            "figures": [
                self._prepare_figure(self.env._("Due in all"), due, "money"),
                self._prepare_figure(self.env._("Overdue"), overdue, "money", tone),
                self._prepare_figure(
                    self.env._("Days overdue"), days, "integer", tone or "muted"
                ),
            ],
            "rows": [self._prepare_line_row(line, today) for line in lines],
            "count": count,
            "action": self._prepare_list_action(
                self.env._("Invoices"),
                "account.move",
                [
                    ("partner_id.commercial_partner_id", "=", customer.id),
                    ("move_type", "in", INVOICES),
                    ("state", "=", "posted"),
                ],
            ),
            "empty": self.env._("No unpaid invoice to show."),
        }

    def _get_residual(self, domain, today):
        """Return the money due, the money overdue, since when, and the open lines.

        A condition inside an aggregate is what the ORM cannot say; the rules of the
        lines are in the query it makes.
        """
        Line = self.env["account.move.line"]
        query = Line._search(domain)
        if query.is_empty():
            return 0, 0, None, 0
        residual, maturity, company_id = (
            Line._field_to_sql(query.table, name, query)
            for name in ("amount_residual", "date_maturity", "company_id")
        )
        late = SQL("%s < %s AND %s > 0", maturity, today, residual)
        query.groupby = company_id
        groups = self.env.execute_query(
            query.select(
                company_id,
                SQL("SUM(%s)", residual),
                SQL("COALESCE(SUM(%s) FILTER (WHERE %s), 0)", residual, late),
                SQL("MIN(%s) FILTER (WHERE %s)", maturity, late),
                SQL("COUNT(*)"),
            )
        )
        due = overdue = count = 0
        for company, amount, late_amount, _oldest, number in groups:
            currency = self.env["res.company"].browse(company).currency_id
            due += self._in_company_currency(amount, currency)
            overdue += self._in_company_currency(late_amount, currency)
            count += number
        oldest = min(filter(None, (group[3] for group in groups)), default=None)
        return due, overdue, oldest, count

    def _prepare_line_row(self, line, today):
        due = line.date_maturity
        days = (today - due).days if due else 0
        badges = []
        if days > 0:
            label = self.env._("%(days)s days late", days=days)
            badges.append(self._prepare_badge(label, "danger"))
        return self._prepare_row(
            line.move_id,
            line.move_id.name,
            subtitle=line.move_id.ref or line.move_id.invoice_origin or False,
            date=str(due or "") or False,
            amount=self._in_company_currency(
                line.amount_residual, line.company_id.currency_id
            ),
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
