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
    "closed": "stage_id.closed",
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
        starts = self._get_month_starts()
        recent = Domain("create_date", ">=", starts[0])
        order = "priority desc, create_date, id"
        rows, sums = self._select_rows(
            "helpdesk.ticket",
            self._get_documents_domain("helpdesk.ticket", partner_ids)
            & (OPEN | recent),
            {
                **COLUMNS,
                "is_complaint": "is_complaint" if with_complaints else self._say_no,
            },
            f"is_complaint desc, {order}" if with_complaints else order,
            totals=lambda column: self._get_totals(column, starts, with_complaints),
            first=lambda column: SQL("%s IS NOT TRUE", column("stage_id.closed")),
        )
        rows = [row for row in rows if not row.closed]
        months = self._get_months(sums, starts)
        total = sums[0] if sums else SimpleNamespace(open=0, complaints=0, oldest=None)
        total.count = total.open
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

    def _say_no(self, column):
        return SQL("FALSE")

    def _get_month_starts(self):
        """Return when the last twelve months began where the reader is, in UTC."""
        month = fields.Date.context_today(self).replace(day=1)
        return [
            self.env.tz.localize(
                datetime.combine(month - relativedelta(months=ago), time.min)
            )
            .astimezone(UTC)
            .replace(tzinfo=None)
            for ago in reversed(range(MONTHS))
        ]

    def _get_totals(self, column, starts, with_complaints):
        """Return the open tickets and, per month, those that came in."""
        is_open = SQL("%s IS NOT TRUE", column("stage_id.closed"))
        date = column("create_date")
        complaint = column("is_complaint") if with_complaints else SQL("FALSE")
        totals = {
            "open": SQL("COUNT(*) FILTER (WHERE %s)", is_open),
            "complaints": SQL("COUNT(*) FILTER (WHERE %s AND %s)", is_open, complaint),
            "oldest": SQL("MIN(%s) FILTER (WHERE %s)", date, is_open),
        }
        for place, (start, end) in enumerate(
            zip(starts, [*starts[1:], None], strict=True)
        ):
            inside = SQL("%s >= %s", date, start)
            if end:
                inside = SQL("%s AND %s < %s", inside, date, end)
            totals[f"tickets_{place}"] = SQL("COUNT(*) FILTER (WHERE %s)", inside)
            totals[f"complaints_{place}"] = SQL(
                "COUNT(*) FILTER (WHERE %s AND %s)", inside, complaint
            )
        return totals

    def _get_months(self, sums, starts):
        """Return ``{first day: (tickets, complaints)}`` of the last twelve months."""
        month = fields.Date.context_today(self).replace(day=1)
        return {
            month - relativedelta(months=MONTHS - 1 - place): tuple(
                sum(getattr(row, f"{name}_{place}") for row in sums)
                for name in ("tickets", "complaints")
            )
            for place in range(len(starts))
        }

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
                (complaint if row.is_complaint else ticket) % {"name": row.name},
                {"model": "helpdesk.ticket", "id": row.id},
                date=fields.Datetime.to_string(row.date),
                tone="danger",
                priority=10 if row.is_complaint else 30,
            )
            for row in rows
            if row.is_complaint or (row.date < late and row.priority in HIGH_PRIORITY)
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
        if row.is_complaint:
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
