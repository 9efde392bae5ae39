from odoo import api, fields, models
from odoo.fields import Domain

from ..customer.c360_customer_timeline import TimelineSource

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
        overdue_domain = domain & Domain(
            [("date_maturity", "<", today), ("amount_residual", ">", 0)]
        )
        due, count, _oldest = self._get_residual(domain)
        overdue, _count, oldest = self._get_residual(overdue_domain)
        days = (today - oldest).days if oldest else 0
        lines = Line.search(
            domain & Domain("amount_residual", ">", 0),
            order="date_maturity, id",
            limit=5,
        )
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
            "empty": self.env._("Everything is paid."),
        }

    def _get_residual(self, domain):
        """Return the open amount, the number of lines and the first due date."""
        groups = self.env["account.move.line"]._read_group(
            domain,
            ["company_id"],
            ["amount_residual:sum", "__count", "date_maturity:min"],
        )
        return (
            sum(
                self._in_company_currency(amount, company.currency_id)
                for company, amount, _count, _date in groups
            ),
            sum(count for _company, _amount, count, _date in groups),
            min((date for *_rest, date in groups if date), default=None),
        )

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
                line.amount_residual, line.company_currency_id
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
            ),
            TimelineSource(
                "account.payment",
                "date",
                "payment",
                (
                    ("partner_type", "=", "customer"),
                    ("state", "in", ("in_process", "paid")),
                ),
            ),
        )

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
