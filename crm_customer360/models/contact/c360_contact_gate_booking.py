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

        A fixed number of statements for any number of rows.

        :param bool leaving: the sender hands them over now; else a purpose of more
            weight may still take their places
        """
        known = {}
        vals_list = []
        for request, decision in zip(requests, decisions, strict=True):
            if decision not in known:
                known[decision] = {
                    **self._get_decision_vals(decision),
                    "date": at,
                    "is_leaving": leaving and decision.state == "allowed",
                }
            vals = self._get_request_vals(request)
            vals.update(known[decision])
            vals_list.append(vals)
        self._complete_vals(vals_list, at)
        # The ledger belongs to the system: no user creates rows by himself.
        touches_sudo = self.env["c360.contact.touch"].sudo()._append(vals_list)
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
        # The ledger belongs to the system, whoever sends. In one order everywhere, so
        # that two who make room never wait for each other.
        touches_sudo = self.env["c360.contact.touch"].sudo().browse(sorted(set(ids)))
        touches_sudo.write({"state": "deferred", "scheduled_date": at})
        requests = [self._get_touch_request(touch) for touch in touches_sudo]
        for touch, decision in zip(
            touches_sudo, self._decide(requests, at), strict=True
        ):
            if decision.state == "blocked":
                # who sends it asks again at once, and ends the message as well
                decision = decision._replace(state="deferred", date=at)
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
        vals = request._asdict()
        for name in UNKEPT_FIELDS:
            del vals[name]
        return vals

    @api.model
    def _complete_vals(self, vals_list, at):
        """Add what follows from the values of new ledger rows."""
        expiry = {
            purpose: self._get_expiry(purpose, at)
            for purpose in {vals["purpose"] for vals in vals_list}
        }
        for vals in vals_list:
            vals["expire_date"] = vals["expire_date"] or expiry[vals["purpose"]]
            vals["user_id"] = vals["user_id"] or self.env.uid
            vals["lead_id"] = (
                vals["source_id"] if vals["source_model"] == "crm.lead" else None
            )

    @api.model
    def _get_decision_vals(self, decision):
        return {
            "state": "reserved" if decision.state == "allowed" else decision.state,
            "reason": decision.reason,
            "policy_id": decision.policy_id,
            "scheduled_date": decision.date if decision.state == "deferred" else None,
            "is_override": decision.is_override,
        }
