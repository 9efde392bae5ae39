from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..customer.c360_customer_panel_select import ROWS

# The two doors have an index for these conditions.
RETURN = Domain("return_id", "!=", False) & Domain("state", "!=", "cancel")
CREDIT_NOTE = Domain([("state", "=", "posted"), ("move_type", "=", "out_refund")])
POOR_CREDITS = 3


class C360CustomerPanelReturn(models.AbstractModel):
    """What came back: goods returned and money credited, against the year before."""

    _name = "c360.customer.panel.return"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Returns"

    _panel_key = "return"
    _panel_sequence = 35

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        since, before = (today - relativedelta(years=years) for years in (1, 2))
        figures, rows, health, count = [], [], [], 0
        for part in self._read_parts(customer, partner_ids, since, before):
            figures += part["figures"]
            rows += part["rows"]
            count += part["count"]
            health += part["health"]
        if not count:
            return None
        rows.sort(key=lambda row: row["date"] or "", reverse=True)
        return {
            "title": self.env._("Returns"),
            "icon": "fa-undo",
            "figures": figures,
            "rows": rows[:ROWS],
            "count": count,
            "action": figures[0]["action"],
            "health": health,
        }

    def _read_parts(self, customer, partner_ids, since, before):
        """Return what the card says about goods and about money, in one query.

        Of each only where the user has a right to it.
        """
        kinds = {
            "goods": (
                self._prepare_returns,
                self._build_returns(partner_ids, since, before),
            ),
            "money": (
                self._prepare_credit_notes,
                self._build_credit_notes(customer, partner_ids, since, before),
            ),
        }
        kinds = {kind: parts for kind, parts in kinds.items() if parts[1]}
        if not kinds:
            return []
        found = self.env.execute_query(
            SQL(" UNION ALL ").join(
                SQL("(SELECT %s AS kind, part.* FROM (%s) AS part)", kind, select.sql)
                for kind, (_prepare, select) in kinds.items()
            )
        )
        parts = []
        for kind, (prepare, select) in kinds.items():
            rows, sums = self._parse_rows(
                [row[1:] for row in found if row[0] == kind], select
            )
            if sums:
                parts.append(prepare(customer, rows, sums, since))
        return parts

    def _build_returns(self, partner_ids, since, before):
        if not self.env["stock.picking"].has_access("read"):
            return None
        nothing = SQL("NULL::numeric")
        return self._build_rows(
            "stock.picking",
            self._get_documents_domain("stock.picking", partner_ids) & RETURN,
            {
                "name": "name",
                "ref": "origin",
                "date": lambda column: SQL("%s::date", column("create_date")),
                "state": "state",
                "amount": lambda column: nothing,
                "company_id": "company_id",
            },
            "create_date desc, id desc",
            totals=lambda column: {
                **self._count_years(column("create_date"), since, before),
                "credited": SQL("MIN(%s)", nothing),
                "credited_before": SQL("MIN(%s)", nothing),
            },
            split=("company_id",),
        )

    def _build_credit_notes(self, customer, partner_ids, since, before):
        if not self.env["account.move"].has_access("read"):
            return None

        def totals(column):
            day, amount = column("invoice_date"), column("amount_untaxed_signed")
            return {
                **self._count_years(day, since, before),
                "credited": SQL("SUM(-%s) FILTER (WHERE %s > %s)", amount, day, since),
                "credited_before": SQL(
                    "SUM(-%s) FILTER (WHERE %s > %s AND %s <= %s)",
                    amount,
                    day,
                    before,
                    day,
                    since,
                ),
            }

        return self._build_rows(
            "account.move",
            self._get_documents_domain("account.move", partner_ids)
            # the index of credit notes
            & Domain("commercial_partner_id", "=", customer.id)
            & CREDIT_NOTE,
            {
                "name": "name",
                "ref": "ref",
                "date": "invoice_date",
                "state": "state",
                "amount": "amount_total_signed",
                "company_id": "company_id",
            },
            "invoice_date desc, id desc",
            totals=totals,
            split=("company_id",),
        )

    def _prepare_returns(self, customer, rows, sums, since):
        """Return what the card says about goods."""
        name = self.env._("Returns")
        this, last = (
            sum(getattr(row, name) for row in sums) for name in ("this", "last")
        )
        action = self._prepare_documents_action(name, "stock.picking", customer, RETURN)
        states = self._get_labels("stock.picking", "state")
        return {
            "figures": [
                self._prepare_figure(
                    self.env._("Returns in 12 months"),
                    this,
                    "integer",
                    "warning" if this else "muted",
                    trend=self._get_trend(this, last),
                    trend_good="down",
                    trend_label=self.env._("against the 12 months before"),
                    action=action,
                )
            ],
            "rows": [
                self._prepare_row(
                    self.env["stock.picking"].browse(row.id),
                    self.env._("Return %(name)s", name=row.name),
                    subtitle=row.ref or False,
                    date=fields.Date.to_string(row.date),
                    badges=[
                        self._prepare_badge(
                            states[row.state],
                            "muted" if row.state == "done" else "warning",
                        )
                    ],
                )
                for row in rows
            ],
            "count": sum(row.count for row in sums),
            "health": [],
        }

    def _prepare_credit_notes(self, customer, rows, sums, since):
        """Return what the card says about money."""
        credited, credited_before = (
            self._sum_in_company_currency(sums, name)
            for name in ("credited", "credited_before")
        )
        label = self.env._("Credited in 12 months")
        number = sum(row.this for row in sums)
        reason = self.env._("Credit notes in 12 months: %(count)s", count=number)
        return {
            "figures": [
                self._prepare_figure(
                    label,
                    credited,
                    "money",
                    "warning" if credited else "muted",
                    trend=self._get_trend(credited, credited_before),
                    trend_good="down",
                    trend_label=self.env._("against the 12 months before"),
                    action=self._prepare_documents_action(
                        label,
                        "account.move",
                        customer,
                        CREDIT_NOTE,
                        Domain("invoice_date", ">", str(since)),
                    ),
                )
            ],
            "rows": [
                self._prepare_row(
                    self.env["account.move"].browse(row.id),
                    self.env._("Credit note %(name)s", name=row.name),
                    subtitle=row.ref or False,
                    date=fields.Date.to_string(row.date),
                    amount=self._from_company(row.amount, row.company_id),
                )
                for row in rows
            ],
            "count": sum(row.count for row in sums),
            "health": [self._prepare_health("fair", reason, 10)]
            if number >= POOR_CREDITS
            else [],
        }

    def _count_years(self, day, since, before):
        return {
            "this": SQL("COUNT(*) FILTER (WHERE %s > %s)", day, since),
            "last": SQL(
                "COUNT(*) FILTER (WHERE %s > %s AND %s <= %s)", day, before, day, since
            ),
        }
