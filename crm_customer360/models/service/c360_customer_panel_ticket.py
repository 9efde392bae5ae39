from odoo import api, fields, models
from odoo.fields import Domain

from ..customer.c360_customer_timeline import TimelineSource

HELPDESK_USER = "helpdesk_mgmt.group_helpdesk_user_own"
HIGH_PRIORITY = ("2", "3")
TICKET_FIELDS = ("name", "number", "user_id", "stage_id", "priority", "create_date")


class C360CustomerPanelTicket(models.AbstractModel):
    """What the customer waits for us to solve; complaints come first."""

    _name = "c360.customer.panel.ticket"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Tickets"

    _panel_key = "ticket"
    _panel_sequence = 50
    _panel_models = ("helpdesk.ticket",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        Ticket = self.env["helpdesk.ticket"]
        domain = self._get_documents_domain("helpdesk.ticket", partner_ids) & Domain(
            "stage_id.closed", "=", False
        )
        with_complaints = self._has_complaints()
        count = complaints = 0
        oldest = None
        groups = Ticket._read_group(
            domain,
            ["is_complaint"] if with_complaints else [],
            ["__count", "create_date:min"],
        )
        for *complaint, number, date in groups:
            count += number
            complaints += number if complaint and complaint[0] else 0
            oldest = min(filter(None, (oldest, date)), default=None)
        if not count and not self.env.user.has_group(HELPDESK_USER):
            # The rules hide the tickets of others: "none" might not be true.
            return None
        order = "priority desc, create_date, id"
        tickets = Ticket.search_fetch(
            domain,
            [*TICKET_FIELDS, *(["is_complaint"] if with_complaints else [])],
            order=f"is_complaint desc, {order}" if with_complaints else order,
            limit=5,
        )
        return {
            "title": self.env._("Tickets"),
            "icon": "fa-life-ring",
            "figures": self._get_figures(count, complaints, oldest),
            "rows": [self._prepare_ticket_row(ticket) for ticket in tickets],
            "count": count,
            "action": self._prepare_list_action(
                self.env._("Tickets"),
                "helpdesk.ticket",
                [("partner_id.commercial_partner_id", "=", customer.id)],
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No open ticket to show."),
            "badges": [self._prepare_badge(self.env._("Open complaint"), "danger")]
            if complaints
            else [],
            "buttons": self._get_buttons(customer),
        }

    def _get_buttons(self, customer):
        if not self.env["helpdesk.ticket"].has_access("create"):
            return []
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("New ticket"),
            "res_model": "helpdesk.ticket",
            "views": [[False, "form"]],
            "context": {"default_partner_id": customer.id},
        }
        label = self.env._("New ticket")
        return [self._prepare_button(label, "fa-life-ring", action, "ticket")]

    def _has_complaints(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_complaint"
        ) and ("is_complaint" in self.env["helpdesk.ticket"]._fields)

    def _get_figures(self, count, complaints, oldest):
        figures = [self._prepare_figure(self.env._("Open"), count, "integer")]
        if self._has_complaints():
            tone = "danger" if complaints else "muted"
            figures.append(
                self._prepare_figure(
                    self.env._("Complaints"), complaints, "integer", tone
                )
            )
        if oldest:
            days = (fields.Datetime.now() - oldest).days
            figures.append(
                self._prepare_figure(self.env._("Days waiting"), days, "integer")
            )
        return figures

    def _prepare_ticket_row(self, ticket):
        badges = []
        if self._has_complaints() and ticket.is_complaint:
            badges.append(self._prepare_badge(self.env._("Complaint"), "danger"))
        elif ticket.priority in HIGH_PRIORITY:
            label = self._get_labels("helpdesk.ticket", "priority")[ticket.priority]
            badges.append(self._prepare_badge(label, "warning"))
        if ticket.stage_id:
            badges.append(self._prepare_badge(ticket.stage_id.name))
        subtitle = " · ".join(filter(None, (ticket.number, ticket.user_id.name)))
        return self._prepare_row(
            ticket,
            ticket.name,
            subtitle=subtitle,
            date=fields.Datetime.to_string(ticket.create_date),
            badges=badges,
        )

    # -- timeline --

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            TimelineSource(
                "helpdesk.ticket",
                "create_date",
                "ticket",
                text=("name", "number"),
                user="user_id",
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "ticket": self.env._("Tickets"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model != "helpdesk.ticket":
            return super()._get_timeline_entries(model, ids)
        complaints = self._has_complaints()
        entries = {}
        for ticket in self.env[model].browse(ids):
            complaint = complaints and ticket.is_complaint
            title = (
                self.env._("Complaint: %(name)s", name=ticket.name)
                if complaint
                else self.env._("Ticket: %(name)s", name=ticket.name)
            )
            entries[ticket.id] = {
                "title": title,
                "subtitle": " · ".join(
                    filter(None, (ticket.number, ticket.stage_id.name))
                ),
                "amount": None,
                "icon": "fa-exclamation-triangle" if complaint else "fa-life-ring",
                "tone": "success"
                if ticket.stage_id.closed
                else ("danger" if complaint else "warning"),
            }
        return entries
