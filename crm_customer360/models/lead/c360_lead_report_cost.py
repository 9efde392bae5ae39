from odoo import api, models
from odoo.tools import SQL


class C360LeadReport(models.Model):
    """The rows of lead results that are costs: one per month of a cost."""

    _inherit = "c360.lead.report"

    @api.model
    def _reads_costs(self):
        costs = self.env["c360.lead.cost"]
        return costs.has_access("read") and bool(costs.search_count([], limit=1))

    @api.model
    def _get_cost_query(self):
        """Return the months of the costs the user may read.

        Their ids are negative, so that they are never taken for leads.
        """
        query = self.env["c360.lead.cost"]._search([], order="id")
        days = SQL("(c360_lead_cost.date_to - c360_lead_cost.date_from + 1)")
        begin = SQL("GREATEST(month::date, c360_lead_cost.date_from)")
        end = SQL(
            "LEAST((month + INTERVAL '1 month')::date - 1, c360_lead_cost.date_to)"
        )
        own = {
            "id": SQL(
                "-(c360_lead_cost.id * 1000 + ROW_NUMBER() OVER "
                "(PARTITION BY c360_lead_cost.id ORDER BY month) %% 1000)::int"
            ),
            "date": SQL("%s::timestamp", begin),
            "lead_count": SQL("0"),
            "cost": SQL(
                "%s * c360_lead_cost.amount * (%s - %s + 1) / %s",
                self._get_rate(SQL("c360_lead_cost.company_id")),
                end,
                begin,
                days,
            ),
            "currency_id": SQL("%s", self.env.company.currency_id.id),
            **{
                name: SQL.identifier("c360_lead_cost", name)
                for name in ("source_id", "campaign_id", "medium_id", "company_id")
            },
        }
        columns = {
            name: own.get(name, SQL("NULL")) for name in self._get_lead_columns()
        }
        months = SQL(
            "generate_series(DATE_TRUNC('month', c360_lead_cost.date_from), "
            "c360_lead_cost.date_to, INTERVAL '1 month') AS month"
        )
        return SQL(
            "SELECT %s FROM %s CROSS JOIN %s WHERE %s",
            self._get_select(columns),
            query.from_clause,
            months,
            query.where_clause or SQL("TRUE"),
        )
