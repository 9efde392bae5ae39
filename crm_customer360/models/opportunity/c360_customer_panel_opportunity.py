from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..customer.c360_customer_timeline import TimelineSource

COLUMNS = {
    "name": "name",
    "stage": "stage_id.name",
    "deadline": "date_deadline",
    "expected": "expected_revenue",
    "company_id": "company_id",
}
OPEN = Domain([("type", "=", "opportunity"), ("won_status", "=", "pending")])


class C360CustomerPanelOpportunity(models.AbstractModel):
    """What the customer may buy next."""

    _name = "c360.customer.panel.opportunity"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Opportunities"

    _panel_key = "opportunity"
    _panel_sequence = 20
    _panel_models = ("crm.lead",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        rows, sums = self._select_rows(
            "crm.lead",
            self._get_documents_domain("crm.lead", partner_ids) & OPEN,
            {**COLUMNS, "activity": self._select_activity},
            "date_deadline, priority desc, id desc",
            totals=lambda column: {
                "expected": SQL("SUM(%s)", column("expected_revenue")),
                "weighted": SQL("SUM(%s)", column("prorated_revenue")),
            },
            split=("company_id",),
        )
        count = sum(row.count for row in sums)
        return {
            "title": self.env._("Opportunities"),
            "icon": "fa-star-o",
            "figures": self._get_figures(customer, count, sums),
            "rows": [self._prepare_lead_row(row) for row in rows],
            "count": count,
            "action": self._prepare_documents_action(
                self.env._("Opportunities"),
                "crm.lead",
                customer,
                Domain("type", "=", "opportunity"),
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No open opportunity to show."),
            "buttons": self._get_buttons(customer),
            "due": self._get_due(rows),
        }

    def _get_figures(self, customer, count, sums):
        action = self._prepare_documents_action(
            self.env._("Open opportunities"), "crm.lead", customer, OPEN
        )
        expected, weighted = (
            self._sum_in_company_currency(sums, name)
            for name in ("expected", "weighted")
        )
        return [
            self._prepare_figure(self.env._("Open"), count, "integer", action=action),
            self._prepare_figure(
                self.env._("Expected"), expected, "money", action=action
            ),
            self._prepare_figure(
                self.env._("Weighted"), weighted, "money", "muted", action=action
            ),
        ]

    def _get_due(self, rows):
        today = fields.Date.context_today(self)
        return [
            self._prepare_due(
                self.env._("%(name)s should be closed by now", name=row.name),
                {"model": "crm.lead", "id": row.id},
                date=fields.Date.to_string(row.deadline),
                priority=55,
            )
            for row in rows
            if row.deadline and row.deadline < today
        ]

    def _select_activity(self, column):
        """Return the SQL of ``[date, what]`` of the next planned activity of a lead.

        Whoever reads a lead reads its activities, so they are not checked one by one.
        """
        kind = self.env["mail.activity.type"]
        self.env["mail.activity"].flush_model()
        return SQL(
            """
            (SELECT ARRAY[activity.date_deadline::text,
                          COALESCE(NULLIF(activity.summary, ''), %(name)s)]
               FROM mail_activity AS activity
          LEFT JOIN mail_activity_type AS kind
                 ON kind.id = activity.activity_type_id
              WHERE activity.res_model = 'crm.lead'
                AND activity.res_id = %(lead)s
                AND activity.active
           ORDER BY activity.date_deadline, activity.id
              LIMIT 1)
            """,
            name=kind._field_to_sql("kind", "name"),
            lead=column("id"),
        )

    def _prepare_lead_row(self, row):
        day, activity = row.activity or (None, False)
        deadline = fields.Date.to_date(day)
        badges = [self._prepare_badge(row.stage)] if row.stage else []
        if deadline and deadline < fields.Date.context_today(self):
            badges.append(self._prepare_badge(self.env._("Activity late"), "danger"))
        return self._prepare_row(
            self.env["crm.lead"].browse(row.id),
            row.name,
            subtitle=activity,
            date=fields.Date.to_string(deadline or row.deadline) or False,
            amount=self._from_company(row.expected, row.company_id),
            badges=badges,
        )

    def _get_buttons(self, customer):
        if not self.env["crm.lead"].has_access("create"):
            return []
        return [
            {
                "label": self.env._("New opportunity"),
                "icon": "fa-star-o",
                "action": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("New opportunity"),
                    "res_model": "crm.lead",
                    "views": [[False, "form"]],
                    "context": {
                        "default_partner_id": customer.id,
                        "default_type": "opportunity",
                    },
                },
            }
        ]

    # -- timeline --

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            TimelineSource(
                "crm.lead",
                "create_date",
                "opportunity",
                text=("name",),
                user="user_id",
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "opportunity": self.env._("Opportunities"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model != "crm.lead":
            return super()._get_timeline_entries(model, ids)
        status = self._get_labels(model, "won_status")
        tones = {"won": "success", "lost": "muted"}
        return {
            lead.id: {
                "title": self.env._("Opportunity: %(name)s", name=lead.name)
                if lead.type == "opportunity"
                else self.env._("Lead: %(name)s", name=lead.name),
                "subtitle": lead.stage_id.name
                if lead.won_status == "pending"
                else status.get(lead.won_status),
                "amount": self._in_company_currency(
                    lead.expected_revenue, lead.company_id.currency_id
                )
                or None,
                "icon": "fa-star-o",
                "tone": tones.get(lead.won_status),
            }
            for lead in self.env[model].browse(ids)
        }
