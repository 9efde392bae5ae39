from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import SUPERUSER_ID, api, fields, models

from ...tools.contact_limit import ContactRequest
from ...tools.contact_zone import get_zone
from .c360_contact_purpose import PURPOSES
from .c360_contact_touch_log import get_first_words

# A call is planned for a day, not for an hour.
CALL_HOUR = time(12)
# What makes another call of it, and what only moves it.
IDENTITY_FIELDS = {"activity_type_id", "contact_purpose", "res_id", "res_model_id"}
DATE_FIELDS = {"date_deadline", "user_id"}


class C360ContactCallMixin(models.AbstractModel):
    """Planned calls are contacts too: booked when planned, sent when done.

    A colleague who plans a call is never refused, nothing may fail in whatever
    transaction plans it: the gate's objection is written on the row and shown on the
    activity. No other message takes the place of a planned call.
    """

    _name = "c360.contact.call.mixin"
    _inherit = "c360.contact.booked.mixin"
    _description = "Call on the Contact Ledger"

    contact_purpose = fields.Selection(
        selection=PURPOSES,
        string="Purpose",
        help="Of a call: decides which contact limits it counts against.",
    )
    contact_warning = fields.Char(
        compute="_compute_contact_warning",
        compute_sudo=True,
        help="What speaks against this call.",
    )

    @api.depends("contact_touch_id.reason", "contact_touch_id.state")
    def _compute_contact_warning(self):
        for activity in self:
            touch = activity.contact_touch_id
            activity.contact_warning = (
                touch.reason if touch.state == "reserved" and touch.is_override else ""
            )

    @api.model
    def _get_contact_call_purposes(self):
        """Return what a call about a document is for, by model; rooms add theirs."""
        return {"res.partner": "sales", "crm.lead": "sales", "sale.order": "sales"}

    # --------------------------------------------------------------------- host

    @api.model_create_multi
    def create(self, vals_list):
        self.env["c360.contact.purpose"]._check_codes(
            vals.get("contact_purpose") for vals in vals_list
        )
        activities = super().create(vals_list)
        activities._plan_calls()
        return activities

    def write(self, vals):
        self.env["c360.contact.purpose"]._check_codes([vals.get("contact_purpose")])
        # a call that moves to another document leaves the row of the old one behind
        booked = self._get_booked_calls() if IDENTITY_FIELDS & vals.keys() else None
        result = super().write(vals)
        if vals.get("active") is False:
            # the host archives what is done; what was said is known by now
            self._end_calls("sent", date=fields.Datetime.now())
        elif vals.get("active") or IDENTITY_FIELDS & vals.keys():
            self._end_calls(
                "cancelled", booked, reason=self.env._("The call was changed.")
            )
            self._plan_calls()
        elif DATE_FIELDS & vals.keys():
            self._move_calls()
        return result

    def unlink(self):
        self._end_calls("cancelled", reason=self.env._("The call was cancelled."))
        return super().unlink()

    def _action_done(self, feedback=False, attachment_ids=None):
        touches = self._end_calls(
            "sent",
            date=fields.Datetime.now(),
            outcome=get_first_words(feedback),
        )
        types = {
            activity.contact_touch_id: activity.activity_type_id for activity in self
        }
        messages, next_activities = super()._action_done(
            feedback=feedback, attachment_ids=attachment_ids
        )
        by_call = {
            (message.model, message.res_id, message.mail_activity_type_id): message
            for message in messages
        }
        for touch in touches:
            key = (touch.source_model, touch.source_id, types[touch])
            touch.message_id = by_call.get(key)
        return messages, next_activities

    # ------------------------------------------------------------------ booking

    def _plan_calls(self):
        """Book the planned calls among these, with what speaks against them."""
        calls = self.filtered(
            lambda activity: activity.activity_category == "phonecall"
            and activity.active
            and activity.res_model
            and activity.res_id
        )
        if not calls:
            return
        # Who is called is the system's to know, whoever plans.
        calls_sudo = calls.sudo()
        by_moment = defaultdict(list)
        for call, request in calls_sudo._get_call_requests():
            key = (call._get_call_moment(), call._get_call_moment(request.tz))
            by_moment[key].append((call, request))
        for (moment, at), found in by_moment.items():
            requests = [request for _call, request in found]
            decisions = self._decide_calls(requests, at)
            touches = self.env["c360.contact.gate"]._book(
                requests, decisions, moment, leaving=True
            )
            for (call, _request), touch in zip(found, touches, strict=True):
                call.contact_touch_id = touch

    @api.model
    def _decide_calls(self, requests, moment):
        """Ask the gate without holding the customers: a call is never refused."""
        objected = self.env._("Planned by a colleague.")
        return self.env["c360.contact.gate"]._decide(
            [request._replace(override_reason=objected) for request in requests],
            moment,
        )

    def _get_call_requests(self):
        """Return pairs of activity and :class:`ContactRequest`.

        Calls to colleagues and about documents without a customer are left out.
        """
        purposes = self._get_contact_call_purposes()
        pairs = []
        for model, calls in self.grouped("res_model").items():
            if model not in self.env:
                continue
            records = self.env[model].browse(calls.mapped("res_id")).exists()
            partners = records._mail_get_partners()
            companies = records._mail_get_companies()
            for call in calls:
                record = records.filtered(lambda rec, call=call: rec.id == call.res_id)
                partner = partners.get(call.res_id, self.env["res.partner"])[:1]
                number = partner.phone_sanitized
                if "phone_sanitized" in records._fields:
                    number = record.phone_sanitized or number
                if not record or not (partner or number):
                    continue
                if partner and not partner.partner_share:
                    continue
                pairs.append(
                    (
                        call,
                        ContactRequest(
                            channel="phone",
                            purpose=call.contact_purpose
                            or purposes.get(model, "service"),
                            purpose_source="sender"
                            if call.contact_purpose
                            else "system",
                            company_id=(
                                companies[record.id] or call._get_caller_company()
                            ).id,
                            partner_id=partner.id or None,
                            customer_id=partner.commercial_partner_id.id or None,
                            partner_name=partner.name or None,
                            address=number or None,
                            subject=call.summary or call.activity_type_id.name,
                            source_model=model,
                            source_id=record.id,
                            user_id=call.user_id.id or self.env.uid,
                            tz=partner.tz or None,
                        ),
                    )
                )
        return pairs

    def _get_caller_company(self):
        """Return the company who plans the call is in; a job of the system: the
        company of who calls."""
        if self.env.uid == SUPERUSER_ID and self.user_id:
            return self.user_id.company_id
        return self.env.company

    def _get_call_moment(self, tz=None):
        """Return when the call is planned, UTC; never in the past.

        :param str tz: whose noon, where it is planned for a day: the gate is asked
            about the customer's, who would else be asleep half of the time; none: of
            who calls
        """
        self.ensure_one()
        if self.calendar_event_id and not self.calendar_event_id.allday:
            return self.calendar_event_id.start
        known = get_zone(tz or self.user_id.tz or self.env.user.tz)
        zone = pytz.timezone(known.key)
        noon = zone.localize(datetime.combine(self.date_deadline, CALL_HOUR))
        moment = noon.astimezone(pytz.utc).replace(tzinfo=None)
        return max(moment, fields.Datetime.now())

    def _move_calls(self):
        """Let the rows of calls follow their new date, and what the gate says then."""
        gate = self.env["c360.contact.gate"]
        # The ledger belongs to the system, whoever plans.
        calls_sudo = self.sudo().filtered("contact_touch_id")
        touches_sudo = self.env["c360.contact.touch"].sudo()
        by_moment = defaultdict(touches_sudo.browse)
        for call in calls_sudo:
            touch = call._get_booked_calls()
            if touch:
                at = call._get_call_moment(touch.partner_id.tz)
                by_moment[call._get_call_moment(), at] += touch
        for (moment, at), touches in by_moment.items():
            requests = [gate._get_touch_request(touch) for touch in touches]
            decisions = self._decide_calls(requests, at)
            for touch, decision in zip(touches, decisions, strict=True):
                touch.write(
                    {
                        "date": moment,
                        "reason": decision.reason,
                        "policy_id": decision.policy_id,
                        "is_override": decision.is_override,
                    }
                )

    def _get_booked_calls(self):
        """Return the booked rows of these calls: about the very same documents."""
        # The ledger belongs to the system, whoever makes the call.
        calls_sudo = self.sudo().filtered(
            lambda call: (
                call.contact_touch_id.state == "reserved"
                and call.contact_touch_id.channel == "phone"
                and call.contact_touch_id.source_model == call.res_model
                and call.contact_touch_id.source_id == call.res_id
            )
        )
        return calls_sudo.contact_touch_id

    def _end_calls(self, state, touches=None, **values):
        """End the booked rows of these activities, and return them."""
        if touches is None:
            touches = self._get_booked_calls()
        if touches:
            touches._move(state, **values)
        return touches
