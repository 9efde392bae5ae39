from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..customer.c360_customer_timeline import TimelineSource

HELPDESK_USER = "helpdesk_mgmt.group_helpdesk_user_own"
HIGH_PRIORITY = ("2", "3")
OPEN = Domain("stage_id.closed", "=", False)
COLUMNS = {
    "name": "name",
    "number": "number",
    "user": "user_id.partner_id.name",
    "stage": "stage_id.name",
    "priority": "priority",
    "date": "create_date",
}
MONTHS = 12
# A ticket that waits longer weighs on the relationship.
LATE_DAYS = 7
# Fewer tickets in three months are no trend, however few there were before.
RISING_FROM = 4


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
        with_complaints = self._has_complaints()
        domain = self._get_documents_domain("helpdesk.ticket", partner_ids)
        order = "priority desc, create_date, id"
        rows, sums = self._select_rows(
            "helpdesk.ticket",
            domain & OPEN,
            {**COLUMNS, "is_complaint": "is_complaint"} if with_complaints else COLUMNS,
            f"is_complaint desc, {order}" if with_complaints else order,
            totals=lambda column: self._get_totals(column, with_complaints),
        )
        total = sums[0] if sums else SimpleNamespace(count=0, complaints=0, oldest=None)
        months = self._get_months(domain, with_complaints)
        if not (
            total.count
            or any(map(sum, months.values()))
            or self.env.user.has_group(HELPDESK_USER)
        ):
            # The rules hide the tickets of others: "none" might not be true.
            return None
        return {
            "title": self.env._("Tickets"),
            "icon": "fa-life-ring",
            "figures": self._get_figures(customer, total, months),
            "chart": self._get_chart(months, with_complaints),
            "rows": [self._prepare_ticket_row(row) for row in rows],
            "count": total.count,
            "action": self._prepare_documents_action(
                self.env._("Tickets"),
                "helpdesk.ticket",
                customer,
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No open ticket to show."),
            "badges": [self._prepare_badge(self.env._("Open complaint"), "danger")]
            if total.complaints
            else [],
            "buttons": self._get_buttons(customer),
            "due": self._get_due(rows),
            "health": self._get_health(total, months),
        }

    def _get_totals(self, column, with_complaints):
        return {
            "complaints": SQL("COUNT(*) FILTER (WHERE %s)", column("is_complaint"))
            if with_complaints
            else SQL("MIN(0)"),
            "oldest": SQL("MIN(%s)", column("create_date")),
        }

    def _get_months(self, domain, with_complaints):
        """Return ``{first day: (tickets, complaints)}`` of the last twelve months."""
        month = fields.Date.context_today(self).replace(day=1)
        first = month - relativedelta(months=MONTHS - 1)
        months = {
            first + relativedelta(months=number): (0, 0) for number in range(MONTHS)
        }
        groups = self.env["helpdesk.ticket"]._read_group(
            domain & Domain("create_date", ">=", self._get_midnight(first)),
            ["create_date:month", *(["is_complaint"] if with_complaints else [])],
            ["__count"],
        )
        for moment, *complaint, number in groups:
            key = fields.Date.to_date(moment)
            tickets, complaints = months.get(key, (0, 0))
            is_complaint = bool(complaint and complaint[0])
            months[key] = (tickets + number, complaints + number * is_complaint)
        return months

    def _get_midnight(self, day):
        """Return the moment the day begins where the reader is, in UTC."""
        zone = self.env.tz
        moment = datetime.combine(day, time.min)
        return zone.localize(moment).astimezone(UTC).replace(tzinfo=None)

    def _get_chart(self, months, with_complaints):
        if not any(map(sum, months.values())):
            return None
        kinds = [self.env._("Tickets"), self.env._("Complaints")]
        return self._prepare_chart(
            self.env._("Tickets by month"),
            [format_date(self.env, day, date_format="LLL") for day in months],
            [
                {
                    "label": label,
                    "values": [numbers[place] for numbers in months.values()],
                }
                for place, label in enumerate(kinds[: 1 + with_complaints])
            ],
        )

    def _get_due(self, rows):
        complaint = self.env._("Complaint: %(name)s")
        ticket = self.env._("Ticket: %(name)s")
        late = fields.Datetime.now() - timedelta(days=LATE_DAYS)
        return [
            self._prepare_due(
                (complaint if getattr(row, "is_complaint", False) else ticket)
                % {"name": row.name},
                {"model": "helpdesk.ticket", "id": row.id},
                date=fields.Datetime.to_string(row.date),
                tone="danger",
                priority=10 if getattr(row, "is_complaint", False) else 30,
            )
            for row in rows
            if getattr(row, "is_complaint", False)
            or (row.date < late and row.priority in HIGH_PRIORITY)
        ]

    def _get_health(self, total, months):
        signals = []
        if total.complaints:
            reason = self.env._("Open complaints: %(count)s", count=total.complaints)
            signals.append(self._prepare_health("poor", reason, 50))
        days = (fields.Datetime.now() - total.oldest).days if total.oldest else 0
        if days >= LATE_DAYS:
            reason = self.env._("A ticket waits for %(days)s days", days=days)
            signals.append(self._prepare_health("fair", reason, 25))
        before, lately = self._get_quarters(months)
        if lately >= RISING_FROM and lately >= 2 * before:
            reason = self.env._(
                "%(count)s tickets in three months, %(before)s in the three before",
                count=lately,
                before=before,
            )
            signals.append(self._prepare_health("fair", reason, 20))
        return signals

    def _get_quarters(self, months):
        """Return the tickets of two quarters: the one before, and the last one."""
        numbers = [tickets for tickets, _complaints in months.values()]
        return sum(numbers[-6:-3]), sum(numbers[-3:])

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

    def _get_figures(self, customer, total, months):
        def behind(name, *domains):
            return self._prepare_documents_action(
                name, "helpdesk.ticket", customer, OPEN, *domains
            )

        before, lately = self._get_quarters(months)
        label = self.env._("Open")
        figures = [
            self._prepare_figure(
                label,
                total.count,
                "integer",
                trend=self._get_trend(lately, before),
                trend_good="down",
                trend_label=self.env._("new in three months against the three before"),
                action=behind(label),
            )
        ]
        if self._has_complaints():
            label = self.env._("Complaints")
            figures.append(
                self._prepare_figure(
                    label,
                    total.complaints,
                    "integer",
                    "danger" if total.complaints else "muted",
                    action=behind(label, Domain("is_complaint", "=", True)),
                )
            )
        if total.oldest:
            days = (fields.Datetime.now() - total.oldest).days
            label = self.env._("Days waiting")
            figures.append(
                self._prepare_figure(label, days, "integer", action=behind(label))
            )
        return figures

    def _prepare_ticket_row(self, row):
        badges = []
        if getattr(row, "is_complaint", False):
            badges.append(self._prepare_badge(self.env._("Complaint"), "danger"))
        elif row.priority in HIGH_PRIORITY:
            label = self._get_labels("helpdesk.ticket", "priority")[row.priority]
            badges.append(self._prepare_badge(label, "warning"))
        if row.stage:
            badges.append(self._prepare_badge(row.stage))
        return self._prepare_row(
            self.env["helpdesk.ticket"].browse(row.id),
            row.name,
            subtitle=" · ".join(filter(None, (row.number, row.user))),
            date=fields.Datetime.to_string(row.date),
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
