from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..customer.c360_customer_timeline import TimelineSource

# How a state looks on the page.
TONES = {
    "reserved": "info",
    "sent": "success",
    "deferred": "warning",
    "blocked": "danger",
    "failed": "danger",
    "cancelled": "muted",
    "answered": "success",
}
ICONS = {
    "email": "fa-envelope-o",
    "sms": "fa-commenting-o",
    "phone": "fa-phone",
    "letter": "fa-envelope",
    "visit": "fa-handshake-o",
    "chat": "fa-comments-o",
}
RECENT_DAYS = 30
# The card looks so far back; the timeline has everything.
SHOWN_DAYS = 365
COLUMNS = {
    name: name
    for name in (
        "subject",
        "channel",
        "purpose",
        "direction",
        "state",
        "reason",
        "partner_name",
        "date",
        "scheduled_date",
    )
}


class C360CustomerPanelContact(models.AbstractModel):
    """How often we reached out lately, what waits, and what was stopped."""

    _name = "c360.customer.panel.contact"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Contacts"

    _panel_key = "contact"
    _panel_sequence = 70
    _panel_models = ("c360.contact.touch",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        now = fields.Datetime.now()
        since = fields.Datetime.subtract(now, days=RECENT_DAYS)
        rows, sums = self._select_rows(
            "c360.contact.touch",
            Domain("customer_id", "=", customer.id)
            & Domain("company_id", "in", [*self.env.companies.ids, False])
            # through the index on customer and date; older ones are in the timeline
            & Domain("date", ">=", fields.Datetime.subtract(now, days=SHOWN_DAYS)),
            COLUMNS,
            "date desc, id desc",
            totals=lambda column: {
                "recent": SQL(
                    "COUNT(*) FILTER (WHERE %s >= %s AND %s = 'out')",
                    column("date"),
                    since,
                    column("direction"),
                )
            },
            split=("state",),
        )
        counts = {row.key[0]: row.recent for row in sums}

        def figure(label, *states, tone=None):
            value = sum(counts.get(state, 0) for state in states)
            behind = [
                ("customer_id", "=", customer.id),
                ("direction", "=", "out"),
                ("date", ">=", fields.Datetime.to_string(since)),
                ("state", "in", states),
            ]
            if tone and not value:
                tone = "muted"
            return self._prepare_figure(
                label,
                value,
                "integer",
                tone,
                action=self._prepare_list_action(label, "c360.contact.touch", behind),
            )

        return {
            "title": self.env._("Contacts"),
            "icon": "fa-envelope-o",
            "figures": [
                figure(
                    self.env._("Sent in %(days)s days", days=RECENT_DAYS),
                    "sent",
                    "answered",
                ),
                figure(self.env._("Waiting"), "deferred", tone="warning"),
                figure(self.env._("Stopped"), "blocked", tone="danger"),
            ],
            "rows": [self._prepare_touch_row(row) for row in rows],
            "count": sum(counts.values()),
            "action": self._prepare_list_action(
                self.env._("Contact History"),
                "c360.contact.touch",
                [("customer_id", "=", customer.id)],
            ),
            "empty": self.env._("Nobody was contacted yet."),
            "buttons": self._get_buttons(customer),
        }

    def _get_buttons(self, customer):
        if not self.env["c360.contact.log"].has_access("create"):
            return []
        return [
            {
                "label": self.env._("Log a contact"),
                "icon": "fa-pencil-square-o",
                "action": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Log a Contact"),
                    "res_model": "c360.contact.log",
                    "views": [[False, "form"]],
                    "target": "new",
                    "context": {"default_partner_id": customer.id},
                },
            }
        ]

    def _prepare_touch_row(self, row):
        purposes = self._get_labels("c360.contact.touch", "purpose")
        # says the state in words without reading the row again
        touch = self.env["c360.contact.touch"].new(
            {name: getattr(row, name) for name in ("state", "direction", "channel")}
        )
        return self._prepare_row(
            self.env["c360.contact.touch"].browse(row.id),
            row.subject or self._get_channel_label(row),
            subtitle=row.reason
            or " · ".join(filter(None, (row.partner_name, purposes[row.purpose]))),
            date=fields.Datetime.to_string(row.scheduled_date or row.date),
            badges=[self._prepare_badge(touch.shown_state, TONES[row.state])],
        )

    def _get_channel_label(self, touch):
        return self._get_labels("c360.contact.touch", "channel")[touch.channel]

    # -- timeline --

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            TimelineSource(
                "c360.contact.touch",
                "date",
                "contact",
                # a message of the partner's own chatter stands there by itself, and so
                # does what he answered
                domain=(
                    "|",
                    ("source_model", "!=", "res.partner"),
                    ("state", "not in", ("sent", "answered")),
                ),
                text=("subject", "reason", "outcome"),
                user="user_id",
                channels=tuple(
                    (channel, (("channel", "=", channel),)) for channel in ICONS
                ),
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "contact": self.env._("Contacts"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model != "c360.contact.touch":
            return super()._get_timeline_entries(model, ids)
        return {
            touch.id: {
                "title": touch.subject or self._get_channel_label(touch),
                "subtitle": " · ".join(
                    filter(
                        None,
                        (touch.shown_state, touch.partner_name, touch.reason),
                    )
                ),
                "amount": None,
                "icon": ICONS.get(touch.channel, "fa-comment-o"),
                "tone": TONES[touch.state],
            }
            for touch in self.env[model].browse(ids)
        }
