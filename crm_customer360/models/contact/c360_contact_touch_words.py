from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

COLUMNS = (
    "deferred",
    "reserved",
    "sent",
    "answered",
    "failed",
    "blocked",
    "cancelled",
)


class C360ContactTouch(models.Model):
    """What people read about a row: why it waits, and how it is called."""

    _inherit = "c360.contact.touch"

    # An incoming message is not "sent", and a call is made.
    shown_state = fields.Char(
        string="Status",
        compute="_compute_shown_state",
        export_string_translation=False,
    )

    # Not stored: the ledger has millions of rows, and few of them wait.
    shown_date = fields.Datetime(
        string="Stands At",
        compute="_compute_shown_date",
        search="_search_shown_date",
        help="When it took place; what waits stands where it will leave.",
    )

    @api.depends("state", "date", "scheduled_date")
    def _compute_shown_date(self):
        for touch in self:
            waits = touch.state == "deferred" and touch.scheduled_date
            touch.shown_date = touch.scheduled_date if waits else touch.date

    @api.model
    def _search_shown_date(self, operator, value):
        waits = Domain("state", "=", "deferred") & Domain("scheduled_date", "!=", False)
        return (waits & Domain("scheduled_date", operator, value)) | (
            ~waits & Domain("date", operator, value)
        )

    @api.model
    def _group_expand_state(self, states, domain):
        """Order the columns: what is under way, what was done, what came to nothing."""
        return [state for state in COLUMNS if state in states]

    @api.depends("state", "direction", "channel")
    @api.depends_context("lang")
    def _compute_shown_state(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        spoken = {"reserved": self.env._("Planned"), "sent": self.env._("Done")}
        received = dict.fromkeys(("sent", "answered"), self.env._("Received"))
        for touch in self:
            words = labels
            if touch.direction == "in":
                words = labels | received
            elif touch.channel in ("phone", "visit"):
                words = labels | spoken
            touch.shown_state = words.get(touch.state, "")

    @api.model
    @api.readonly
    def explain_message(self, message_id):
        """Say for each recipient of a message why it waits, was stopped or went on.

        Only rows the user may read; what simply left is not mentioned.

        :param int message_id: a message of the chatter
        :return: a list of ``{"id": ledger row, "state", "text"}``
        """
        if not self.has_access("read") or not isinstance(message_id, int):
            return []
        rows = self.search(
            [
                ("message_id", "=", message_id),
                "|",
                ("state", "in", ("deferred", "blocked", "failed", "cancelled")),
                ("is_override", "=", True),
            ],
            order="id",
        )
        return [
            {"id": row.id, "state": row.state, "text": row._explain()} for row in rows
        ]

    def _explain(self):
        """Return what became of a row in one sentence."""
        self.ensure_one()
        values = {
            "name": self.partner_name or self.address or "",
            "reason": self.reason or "",
            "why": self.override_reason or "",
        }
        if self.state == "deferred":
            return self.env._(
                "%(name)s: waits until %(date)s. %(reason)s",
                date=format_datetime(self.env, self.scheduled_date, dt_format="short"),
                **values,
            ).strip()
        if self.state == "blocked":
            return self.env._("%(name)s: stopped. %(reason)s", **values)
        if self.state == "failed":
            return self.env._("%(name)s: failed. %(reason)s", **values)
        if self.state == "cancelled":
            return self.env._("%(name)s: cancelled. %(reason)s", **values)
        return self.env._("%(name)s: sent all the same, because: %(why)s", **values)
