from odoo import api, models

from ...tools.contact_limit import ContactRequest

# Of a request, what the ledger does not keep.
UNKEPT_FIELDS = {"tz", "touch_id", "topic_id"}


class C360ContactGate(models.AbstractModel):
    """How the gate writes its decisions into the ledger."""

    _inherit = "c360.contact.gate"

    @api.model
    def _book(self, requests, decisions, at, leaving=False):
        """Write the ledger rows of the decisions, in their order.

        :param bool leaving: the sender hands them over now; else a purpose of more
            weight may still take their places
        """
        # The ledger belongs to the system: no user creates rows by himself.
        touches_sudo = (
            self.env["c360.contact.touch"]
            .sudo()
            .create(
                [
                    {
                        **self._get_request_vals(request),
                        **self._get_decision_vals(decision),
                        "date": at,
                        "expire_date": request.expire_date
                        or self._get_expiry(request.purpose, at),
                        "user_id": request.user_id or self.env.uid,
                        "is_leaving": leaving and decision.state == "allowed",
                    }
                    for request, decision in zip(requests, decisions, strict=True)
                ]
            )
        )
        self._make_room(decisions, at)
        touches_sudo._on_state_changed()
        return touches_sudo

    @api.model
    def _rebook(self, touch, decision, at, leaving=False):
        """Write a new decision into a row that waited, or whose sending failed."""
        vals = self._get_decision_vals(decision)
        touch._move(
            vals.pop("state"),
            date=at,
            is_leaving=leaving and decision.state == "allowed",
            **vals,
        )
        self._make_room([decision], at)

    @api.model
    def _make_room(self, decisions, at):
        """Let bookings of lesser purposes wait that gave their places away."""
        ids = [touch_id for decision in decisions for touch_id in decision.yields]
        if not ids:
            return
        # The ledger belongs to the system, whoever sends.
        touches_sudo = self.env["c360.contact.touch"].sudo().browse(ids)
        touches_sudo._move("deferred", scheduled_date=at)
        requests = [self._get_touch_request(touch) for touch in touches_sudo]
        for touch, decision in zip(
            touches_sudo, self._decide(requests, at), strict=True
        ):
            self._rebook(touch, decision, at)

    @api.model
    def _get_touch_request(self, touch):
        """Return the request that a ledger row stands for, to decide it again."""
        kept = set(ContactRequest._fields) - UNKEPT_FIELDS
        return ContactRequest(
            **{
                name: (touch[name].id if name.endswith("_id") else touch[name]) or None
                for name in kept - {"source_id"}
            },
            source_id=touch.source_id or None,
            tz=touch.partner_id.tz or None,
            touch_id=touch.id,
        )

    @api.model
    def _get_request_vals(self, request):
        return {
            name: value
            for name, value in request._asdict().items()
            if name not in UNKEPT_FIELDS
        }

    @api.model
    def _get_decision_vals(self, decision):
        return {
            "state": "reserved" if decision.state == "allowed" else decision.state,
            "reason": decision.reason,
            "policy_id": decision.policy_id,
            "scheduled_date": decision.date if decision.state == "deferred" else None,
            "is_override": decision.is_override,
        }
