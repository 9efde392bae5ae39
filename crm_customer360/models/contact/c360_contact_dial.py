from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...tools.contact_limit import ContactRequest

# What a call about a document is for; every other document: service.
SELLING_DOCUMENTS = ("res.partner", "crm.lead")


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
        :return: ``{"decision", "reason", "date", "date_label", "name", "purpose"}``;
            False where nothing is to be said: a colleague's number, an unsaved
            document, or a user who may not read the contact history
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
        touch = gate._book(
            requests, gate._decide(requests, now, lock=True), now, leaving=True
        )
        touch._move("sent", override_reason=reason)
        return touch.id

    @api.model
    def call_later(self, model, res_id, date):
        """Plan the call for the day of ``date``.

        :param date: a moment, UTC
        :return: the id of the activity
        :raise UserError: the document takes no activities, or ``date`` is no moment
        :raise AccessError: no right to read the document
        """
        record = self._browse_document(model, res_id)
        if not record or "activity_ids" not in record._fields:
            raise UserError(self.env._("No call can be planned on this document."))
        moment = self.env["c360.contact.gate"]._parse_moment(date)
        activity = record.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=fields.Datetime.context_timestamp(self, moment).date(),
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
        )
