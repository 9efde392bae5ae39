from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ...tools.contact_limit import ContactRequest

# What a call about a document is for; every other document: service.
SELLING_DOCUMENTS = ("res.partner", "crm.lead")
# A planned call is booked for the middle of its day.
NOON = time(12)


class C360ContactDial(models.AbstractModel):
    """The phone button asks before it rings at the customer's."""

    _name = "c360.contact.dial"
    _description = "Phone Button"

    @api.model
    @api.readonly
    def ask(self, model, res_id, number=None):
        """Tell whether a colleague should call now; changes nothing.

        :param str model: the document with the phone number
        :param int res_id: its id
        :param str number: the number as it stands there
        :return: ``{"decision", "reason", "date", "date_label", "name", "purpose",
            "planned", "log_action"}``: ``planned`` says for when the call is planned
            already, ``log_action`` is to write down what was said, False where the
            call is planned: it ends with its activity. False where nothing is
            to be said: a colleague's number, an unsaved document, or a user who may
            not read the contact history
        :raise UserError: unknown document
        """
        request = self._get_request(model, res_id, number)
        if not request:
            return False
        gate = self.env["c360.contact.gate"]
        [decision] = gate._decide([request], fields.Datetime.now(), alone=True)
        waits = decision.state == "deferred"
        return {
            "decision": decision.state,
            "reason": decision.reason or "",
            "date": fields.Datetime.to_string(decision.date) if waits else False,
            "date_label": format_datetime(self.env, decision.date, dt_format="short")
            if waits
            else False,
            "name": request.partner_name or "",
            "purpose": request.purpose,
            "planned": self._say_planned(request),
            "log_action": not request.touch_id and self._get_log_action(request),
        }

    @api.model
    def call_anyway(self, model, res_id, number, reason):
        """Note a call made although a policy advises against it.

        :param str reason: why; it stands in the contact history
        :return: the id of the ledger row
        :raise UserError: no reason, or nobody to call
        """
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(self.env._("Say why you call all the same."))
        request = self._get_request(model, res_id, number)
        if not request:
            raise UserError(self.env._("There is nobody to call."))
        gate = self.env["c360.contact.gate"]
        now = fields.Datetime.now()
        requests = [request._replace(override_reason=reason)]
        decisions = gate._decide(requests, now, lock=True)
        if request.touch_id:
            # the planned call is made; it ends with its activity
            vals = gate._get_decision_vals(decisions[0])
            # The ledger belongs to the system, whoever calls.
            touch_sudo = self.env["c360.contact.touch"].sudo().browse(request.touch_id)
            names = ("reason", "policy_id", "is_override")
            touch_sudo.write({name: vals[name] for name in names})
            touch_sudo.override_reason = reason
            return touch_sudo.id
        touch = gate._book(requests, decisions, now, leaving=True)
        touch._move("sent", override_reason=reason)
        return touch.id

    @api.model
    def call_later(self, model, res_id, date):
        """Plan the call for the first day of which ``date`` leaves the afternoon.

        A call that is planned on the document already is moved there.

        :param date: a moment, UTC
        :return: the id of the activity
        :raise UserError: the document takes no activities, or ``date`` is no moment
        :raise AccessError: no right to read the document
        """
        record = self._browse_document(model, res_id)
        if not record or "activity_ids" not in record._fields:
            raise UserError(self.env._("No call can be planned on this document."))
        moment = self.env["c360.contact.gate"]._parse_moment(date)
        local = fields.Datetime.context_timestamp(self, moment)
        day = local.date() + timedelta(days=local.time() > NOON)
        planned = self._find_planned_activity(record)
        if planned:
            # Whose call it is, and what it is about, stays as it was planned.
            planned_sudo = planned.sudo()
            planned_sudo.date_deadline = day
            return planned.id
        activity = record.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=day,
            user_id=self.env.uid,
            note=self.env._(
                "Not before %(date)s.",
                date=format_datetime(self.env, moment, dt_format="short"),
            ),
        )
        return activity.id

    @api.model
    def _browse_document(self, model, res_id):
        if not isinstance(model, str) or model not in self.env:
            raise UserError(self.env._("“%(model)s” is no document.", model=model))
        record = self.env[model].browse(res_id if isinstance(res_id, int) else ())
        if record:
            record.check_access("read")
        return record

    @api.model
    def _get_request(self, model, res_id, number):
        """Return what is asked of the gate, None where there is nothing to ask."""
        if not self.env["c360.contact.touch"].has_access("read"):
            return None
        record = self._browse_document(model, res_id).exists()
        if not record or not hasattr(record, "_mail_get_partners"):
            return None
        # Whoever may see the number may be told whether to use it.
        record_sudo = record.sudo()
        partner = (
            record_sudo
            if model == "res.partner"
            else record_sudo._mail_get_partners()[record.id]
        )[:1]
        if partner and not partner.partner_share:
            return None
        address = partner.phone_sanitized or record._phone_format(number=number)
        company = record_sudo._mail_get_companies(default=self.env.company)[record.id]
        return ContactRequest(
            channel="phone",
            purpose="sales" if model in SELLING_DOCUMENTS else "service",
            company_id=company.id,
            partner_id=partner.id or None,
            customer_id=partner.commercial_partner_id.id or None,
            partner_name=partner.name or None,
            address=address or None,
            subject=self.env._("Phone call"),
            source_model=model,
            source_id=record.id,
            tz=partner.tz or None,
            # a planned call does not stand in its own way
            touch_id=self._find_planned_call(record).id or None,
        )

    @api.model
    def _find_planned_call(self, record):
        """Return the ledger row of the call that is planned about a document."""
        # Also a colleague's: it is the same call.
        touches_sudo = self.env["c360.contact.touch"].sudo()
        return touches_sudo.search(
            [
                ("source_model", "=", record._name),
                ("source_id", "=", record.id),
                ("channel", "=", "phone"),
                ("state", "=", "reserved"),
            ],
            order="date",
            limit=1,
        )

    @api.model
    def _find_planned_activity(self, record):
        """Return the activity of the call that is planned about a document."""
        touch_sudo = self._find_planned_call(record)
        if not touch_sudo:
            return self.env["mail.activity"]
        # Also a colleague's: it is the same call.
        activities_sudo = self.env["mail.activity"].sudo()
        return activities_sudo.search(
            [("contact_touch_id", "=", touch_sudo.id)], limit=1
        ).sudo(False)

    @api.model
    def _say_planned(self, request):
        """Return for when the call is planned already, in a sentence, or False."""
        if not request.touch_id:
            return False
        record = self.env[request.source_model].browse(request.source_id)
        activity_sudo = self._find_planned_activity(record).sudo()
        if not activity_sudo:
            return False
        day = format_date(self.env, activity_sudo.date_deadline)
        if activity_sudo.user_id == self.env.user:
            return self.env._("A call is planned for %(date)s already.", date=day)
        return self.env._(
            "A call is planned for %(date)s already, by %(user)s.",
            date=day,
            user=activity_sudo.user_id.name,
        )

    @api.model
    def _get_log_action(self, request):
        """Return the window in which one writes down what was said."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Contact"),
            "res_model": "c360.contact.log",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "active_model": request.source_model,
                "active_id": request.source_id,
                "default_channel": "phone",
                "default_subject": request.subject,
            },
        }
