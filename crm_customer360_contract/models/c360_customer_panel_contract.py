from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

# A contract that ends within so many days should be talked about now.
ENDING_DAYS = 60
SALE = Domain("contract_type", "=", "sale")


class C360CustomerPanelContract(models.AbstractModel):
    """Which contracts run, when they are invoiced next, and which end soon."""

    _name = "c360.customer.panel.contract"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Contracts"

    _panel_key = "contract"
    _panel_sequence = 55
    _panel_models = ("contract.contract",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=ENDING_DAYS)
        ending = Domain([("date_end", ">=", str(today)), ("date_end", "<=", str(soon))])
        running = Domain("date_end", "=", False) | Domain("date_end", ">=", str(today))
        rows, sums = self._select_rows(
            "contract.contract",
            self._get_documents_domain("contract.contract", partner_ids)
            & SALE
            & running,
            {
                "name": "name",
                "code": "code",
                "end": "date_end",
                "next": "recurring_next_date",
            },
            "date_end, recurring_next_date, id",
            totals=lambda column: {
                "ending": SQL(
                    "COUNT(*) FILTER (WHERE %s <= %s)", column("date_end"), soon
                ),
                "next": SQL("MIN(%s)", column("recurring_next_date")),
            },
        )
        if not sums:
            return None
        [total] = sums

        def figure(label, value, kind, tone, *domains):
            action = self._prepare_documents_action(
                label, "contract.contract", customer, SALE, *domains
            )
            return self._prepare_figure(label, value, kind, tone, action=action)

        return {
            "title": self.env._("Contracts"),
            "icon": "fa-file-o",
            "figures": [
                figure(self.env._("Running"), total.count, "integer", None, running),
                figure(
                    self.env._("Ending soon"),
                    total.ending,
                    "integer",
                    "warning" if total.ending else "muted",
                    ending,
                ),
                figure(
                    self.env._("Next invoice"),
                    fields.Date.to_string(total.next) or False,
                    "date",
                    None,
                    running,
                ),
            ],
            "rows": [self._prepare_contract_row(row, soon) for row in rows],
            "count": total.count,
            "action": self._prepare_documents_action(
                self.env._("Contracts"), "contract.contract", customer, SALE
            ),
            "due": [
                self._prepare_due(
                    self.env._("Contract %(name)s ends", name=row.name or row.code),
                    {"model": "contract.contract", "id": row.id},
                    date=fields.Date.to_string(row.end),
                    priority=60,
                )
                for row in rows
                if row.end and row.end <= soon
            ],
        }

    def _prepare_contract_row(self, row, soon):
        badges = []
        subtitle = row.code or False
        if row.end:
            day = format_date(self.env, row.end)
            subtitle = self.env._("Until %(day)s", day=day)
            if row.end <= soon:
                badges.append(self._prepare_badge(self.env._("Ending soon"), "warning"))
        return self._prepare_row(
            self.env["contract.contract"].browse(row.id),
            row.name or row.code or "",
            subtitle=subtitle,
            date=fields.Date.to_string(row.next) or False,
            badges=badges,
        )
