from odoo import api, fields, models
from odoo.fields import Domain

from ..customer.c360_customer_timeline import TimelineSource


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
        Lead = self.env["crm.lead"]
        domain = self._get_documents_domain("crm.lead", partner_ids) & Domain(
            [("type", "=", "opportunity"), ("won_status", "=", "pending")]
        )
        [(count, expected, weighted)] = Lead._read_group(
            domain, [], ["__count", "expected_revenue:sum", "prorated_revenue:sum"]
        )
        leads = Lead.search(
            domain, order="date_deadline, priority desc, id desc", limit=5
        )
        return {
            "title": self.env._("Opportunities"),
            "icon": "fa-star-o",
            "figures": [
                self._prepare_figure(self.env._("Open"), count, "integer"),
                self._prepare_figure(self.env._("Expected"), expected or 0, "money"),
                self._prepare_figure(
                    self.env._("Weighted"), weighted or 0, "money", "muted"
                ),
            ],
            "rows": [self._prepare_lead_row(lead) for lead in leads],
            "count": count,
            "action": self._prepare_list_action(
                self.env._("Opportunities"),
                "crm.lead",
                [
                    ("partner_id.commercial_partner_id", "=", customer.id),
                    ("type", "=", "opportunity"),
                ],
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No open opportunity. A good moment to ask."),
            "buttons": self._get_buttons(customer),
        }

    def _prepare_lead_row(self, lead):
        badges = [self._prepare_badge(lead.stage_id.name)] if lead.stage_id else []
        deadline = lead.activity_date_deadline
        if deadline and deadline < fields.Date.context_today(self):
            badges.append(self._prepare_badge(self.env._("Activity late"), "danger"))
        return self._prepare_row(
            lead,
            lead.name,
            subtitle=lead.activity_summary or lead.activity_type_id.name or False,
            date=str(deadline or lead.date_deadline or "") or False,
            amount=self._in_company_currency(
                lead.expected_revenue, lead.company_currency
            ),
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
            TimelineSource("crm.lead", "create_date", "opportunity"),
        )

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
                    lead.expected_revenue, lead.company_currency
                )
                or None,
                "icon": "fa-star-o",
                "tone": tones.get(lead.won_status),
            }
            for lead in self.env[model].browse(ids)
        }
