from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

INVOICED = Domain(
    [
        ("state", "=", "posted"),
        ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
    ]
)
# From this month on a year says something about the one before.
FIRST_TELLING_MONTH = 4
FALL_POOR, FALL_FAIR, RISE_GOOD = -50, -25, 20


class C360CustomerPanelMoney(models.AbstractModel):
    """What the customer brings us this year, month by month against the last.

    From posted invoices and credit notes, untaxed, in the currency of the company at
    the rate of each document. Two years are read, whatever the history.
    """

    _name = "c360.customer.panel.money"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Revenue"

    _panel_key = "money"
    _panel_sequence = 15
    _panel_models = ("account.move",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        before = today - relativedelta(years=1)
        months = self._get_months(partner_ids, today, before)
        years = {
            year: self._round_money(
                sum(months[year, month]["net"] for month in range(1, 13))
            )
            for year in (today.year, before.year)
        }
        so_far = self._round_money(
            sum(months[before.year, month]["so_far"] for month in range(1, 13))
        )
        trend = self._get_trend(years[today.year], so_far)
        return {
            "title": self.env._("Revenue"),
            "icon": "fa-line-chart",
            "figures": self._get_figures(customer, today, months, years, so_far, trend),
            "chart": self._get_chart(today, months) if any(years.values()) else None,
            "count": 0,
            "action": self._prepare_documents_action(
                self.env._("Invoices"), "account.move", customer, INVOICED
            ),
            "empty": self.env._("No invoice this year or last year."),
            "health": self._get_health(today, trend),
        }

    def _get_months(self, partner_ids, today, before):
        """Return ``{(year, month): {"net", "so_far", "credited"}}`` of both years.

        ``so_far`` stops at the same day of the year before.
        """
        months = {
            (year, month): dict.fromkeys(("net", "so_far", "credited"), 0)
            for year in (today.year, before.year)
            for month in range(1, 13)
        }
        Move = self.env["account.move"]
        query = Move._search(
            self._get_documents_domain("account.move", partner_ids)
            & INVOICED
            & Domain("invoice_date", ">=", date(before.year, 1, 1))
            & Domain("invoice_date", "<=", date(today.year, 12, 31))
        )
        if query.is_empty():
            return months
        day, kind, amount, company = (
            Move._field_to_sql(query.table, name, query)
            for name in (
                "invoice_date",
                "move_type",
                "amount_untaxed_signed",
                "company_id",
            )
        )
        year = SQL("EXTRACT(YEAR FROM %s)::int", day)
        month = SQL("EXTRACT(MONTH FROM %s)::int", day)
        query.groupby = SQL("1, 2, 3")
        groups = self.env.execute_query(
            query.select(
                year,
                month,
                company,
                SQL("SUM(%s)", amount),
                SQL("SUM(%s) FILTER (WHERE %s <= %s)", amount, day, before),
                SQL("SUM(-%s) FILTER (WHERE %s = 'out_refund')", amount, kind),
            )
        )
        for year, month, company_id, *amounts in groups:
            sums = months[year, month]
            for name, amount in zip(sums, amounts, strict=True):
                sums[name] += self._from_company(amount, company_id)
        return months

    def _get_figures(self, customer, today, months, years, so_far, trend):
        def behind(name, year, *kinds):
            domain = Domain(
                [
                    ("invoice_date", ">=", f"{year}-01-01"),
                    ("invoice_date", "<=", f"{year}-12-31"),
                    *([("move_type", "in", kinds)] if kinds else []),
                ]
            )
            return self._prepare_documents_action(
                name, "account.move", customer, INVOICED, domain
            )

        this, last = today.year, today.year - 1
        credited = self._round_money(
            sum(months[this, month]["credited"] for month in range(1, 13))
        )
        this_label = self.env._("Invoiced %(year)s", year=this)
        last_label = self.env._("Invoiced %(year)s", year=last)
        credit_label = self.env._("Credited %(year)s", year=this)
        return [
            self._prepare_figure(
                this_label,
                years[this],
                "money",
                trend=trend,
                trend_good="up",
                trend_label=self.env._("against %(year)s to date", year=last),
                action=behind(this_label, this),
            ),
            self._prepare_figure(
                last_label,
                years[last],
                "money",
                "muted",
                action=behind(last_label, last),
            ),
            self._prepare_figure(
                credit_label,
                credited,
                "money",
                "warning" if credited else "muted",
                action=behind(credit_label, this, "out_refund"),
            ),
        ]

    def _get_chart(self, today, months):
        """Return the revenue by month against last year; the future stays empty."""

        def values(year):
            return [
                None
                if (year, month) > (today.year, today.month)
                and not months[year, month]["net"]
                else self._round_money(months[year, month]["net"])
                for month in range(1, 13)
            ]

        years = (today.year, today.year - 1)
        return self._prepare_chart(
            self.env._("Invoiced by month"),
            [
                format_date(self.env, date(today.year, month, 1), date_format="LLL")
                for month in range(1, 13)
            ],
            [{"label": str(year), "values": values(year)} for year in years],
            kind="money",
        )

    def _get_health(self, today, trend):
        if trend is None or today.month < FIRST_TELLING_MONTH:
            return []
        if trend <= FALL_FAIR:
            reason = self.env._(
                "Invoiced %(percent)d %% less than last year to date", percent=-trend
            )
            if trend <= FALL_POOR:
                return [self._prepare_health("poor", reason, 30)]
            return [self._prepare_health("fair", reason, 25)]
        if trend >= RISE_GOOD:
            reason = self.env._(
                "Invoiced %(percent)d %% more than last year to date", percent=trend
            )
            return [self._prepare_health("good", reason, 15)]
        return []
