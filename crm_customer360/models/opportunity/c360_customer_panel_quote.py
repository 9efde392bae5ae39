from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

# Has a partial index, see the door of the order.
OPEN_QUOTATION = Domain("state", "in", ("draft", "sent"))
# A quotation that expires within so many days should be talked about now.
EXPIRING_DAYS = 7
COLUMNS = {
    "name": "name",
    "state": "state",
    "date": "date_order",
    "validity": "validity_date",
    "amount": "amount_total",
    "rate": "currency_rate",
    "company_id": "company_id",
}


class C360CustomerPanelQuote(models.AbstractModel):
    """What we offered and got no answer to, what expires first on top."""

    _name = "c360.customer.panel.quote"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Quotations"

    _panel_key = "quote"
    _panel_sequence = 25
    _panel_models = ("sale.order",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=EXPIRING_DAYS)
        expiring = Domain(
            [("validity_date", ">=", str(today)), ("validity_date", "<=", str(soon))]
        )
        expired = Domain("validity_date", "<", str(today))

        def totals(column):
            validity = column("validity_date")
            return {
                # at the rate of each quotation's day
                "amount": SQL(
                    "SUM(%s / COALESCE(NULLIF(%s, 0), 1))",
                    column("amount_total"),
                    column("currency_rate"),
                ),
                "expiring": SQL(
                    "COUNT(*) FILTER (WHERE %s BETWEEN %s AND %s)",
                    validity,
                    today,
                    soon,
                ),
                "expired": SQL("COUNT(*) FILTER (WHERE %s < %s)", validity, today),
            }

        rows, sums = self._select_rows(
            "sale.order",
            self._get_documents_domain("sale.order", partner_ids) & OPEN_QUOTATION,
            COLUMNS,
            "validity_date, date_order desc, id desc",
            totals=totals,
            split=("company_id",),
            # what has expired must not push away what can still be won
            first=lambda column: SQL("%s >= %s", column("validity_date"), today),
        )
        count, number_expiring, number_expired = (
            sum(getattr(row, name) for row in sums)
            for name in ("count", "expiring", "expired")
        )
        amount = self._sum_in_company_currency(sums, "amount")

        def behind(name, *domains):
            return self._prepare_documents_action(
                name, "sale.order", customer, OPEN_QUOTATION, *domains
            )

        title = self.env._("Quotations")
        return {
            "title": title,
            "icon": "fa-file-text-o",
            "figures": [
                self._prepare_figure(
                    self.env._("Open quotations"), amount, "money", action=behind(title)
                ),
                self._prepare_figure(
                    self.env._("Expiring"),
                    number_expiring,
                    "integer",
                    "warning" if number_expiring else "muted",
                    action=behind(self.env._("Expiring"), expiring),
                ),
                self._prepare_figure(
                    self.env._("Expired"),
                    number_expired,
                    "integer",
                    "muted",
                    action=behind(self.env._("Expired"), expired),
                ),
            ],
            "rows": [self._prepare_quote_row(row, today) for row in rows],
            "count": count,
            "action": behind(title),
            "empty": self.env._("No quotation waits for an answer."),
            "due": self._get_due(rows, today, soon),
        }

    def _get_due(self, rows, today, soon):
        return [
            self._prepare_due(
                self.env._("Quotation %(name)s expires", name=row.name),
                {"model": "sale.order", "id": row.id},
                date=fields.Date.to_string(row.validity),
                priority=60,
            )
            for row in rows
            if row.validity and today <= row.validity <= soon
        ]

    def _prepare_quote_row(self, row, today):
        states = self._get_labels("sale.order", "state")
        badges = []
        subtitle = states[row.state]
        if row.validity:
            day = format_date(self.env, row.validity)
            if row.validity < today:
                badges.append(self._prepare_badge(self.env._("Expired")))
                subtitle = self.env._(
                    "%(state)s, expired %(day)s", state=subtitle, day=day
                )
            else:
                subtitle = self.env._(
                    "%(state)s, valid until %(day)s", state=subtitle, day=day
                )
                if row.validity <= today + timedelta(days=EXPIRING_DAYS):
                    badges.append(
                        self._prepare_badge(self.env._("Expiring"), "warning")
                    )
        return self._prepare_row(
            self.env["sale.order"].browse(row.id),
            row.name,
            subtitle=subtitle,
            date=fields.Datetime.to_string(row.date),
            amount=self._from_company(
                float(row.amount) / float(row.rate or 1), row.company_id
            ),
            badges=badges,
        )
