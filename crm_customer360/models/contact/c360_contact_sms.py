from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models, modules

from ...tools.contact_limit import ContactRequest
from .c360_contact_edge import OPEN_STATES
from .c360_contact_purpose import PURPOSE_SOURCES, PURPOSES

# What the host's state of an SMS means for its ledger row.
ENDS = {
    "process": "sent",
    "pending": "sent",
    "sent": "sent",
    "error": "failed",
    "canceled": "cancelled",
}
# The rows an end is for; a delivery can fail after the SMS was handed over.
ORIGINS = {
    "sent": ("reserved",),
    "failed": ("reserved", "sent"),
    "cancelled": ("reserved", "deferred"),
}
SUBJECT_LENGTH = 80


class SmsRecipient(NamedTuple):
    """The number an SMS is about to leave for."""

    sms: models.BaseModel
    partner: models.BaseModel
    address: str
    company: models.BaseModel

    @property
    def key(self):
        return self.sms.id

    @property
    def document(self):
        return self.sms


class C360ContactSmsMixin(models.AbstractModel):
    """The edge where every SMS leaves: nothing goes round the gate.

    The gate is asked in ``_send``, which both ``send`` and the queue call. An SMS that
    has to wait is put into a state of its own, so the host's queue leaves it alone.
    """

    _name = "c360.contact.sms.mixin"
    _inherit = ["c360.contact.booked.mixin", "c360.contact.edge.mixin"]
    _description = "SMS Passing the Contact Gate"

    # Numbers without a document have no message that could carry these.
    contact_purpose = fields.Selection(selection=PURPOSES, string="Purpose")
    contact_purpose_source = fields.Selection(
        selection=PURPOSE_SOURCES, string="Purpose Set By"
    )
    contact_override_reason = fields.Char()
    contact_source_model = fields.Char(export_string_translation=False)
    contact_source_id = fields.Integer(export_string_translation=False)
    contact_scheduled_date = fields.Datetime(
        string="Leaves At",
        readonly=True,
        copy=False,
        help="The first moment all contact limits allow; they are asked again then.",
    )

    # --------------------------------------------------------------------- host

    @api.model_create_multi
    def create(self, vals_list):
        purposes = {vals.get("contact_purpose") for vals in vals_list}
        self.env["c360.contact.purpose"]._check_codes(purposes)
        return super().create(vals_list)

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        ready = self._pass_gate()
        if not ready:
            return None
        return super(C360ContactSmsMixin, ready)._send(
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )

    @api.model
    def _process_queue(self):
        """Book what the queue is about to send, in a transaction of its own."""
        self._release_due()
        queued = self.search(
            [("state", "=", "outgoing"), ("to_delete", "!=", True)],
            limit=self._get_send_batch_size(),
            order="id",
        )
        queued._pass_gate(auto_commit=not modules.module.current_test)
        return super()._process_queue()

    def write(self, vals):
        if vals.get("state") == "outgoing":
            vals = {"contact_scheduled_date": False, **vals}
        result = super().write(vals)
        if vals.get("state") in ENDS:
            self._settle_touches(ENDS[vals["state"]], vals.get("failure_type"))
        return result

    def unlink(self):
        self.filtered(lambda sms: sms.state in ("outgoing", "waiting"))._settle_touches(
            "cancelled"
        )
        return super().unlink()

    # --------------------------------------------------------------------- gate

    def _pass_gate(self, auto_commit=False):
        """Ask the gate for every SMS, and return those that may leave now.

        :param bool auto_commit: the caller is the queue, so the bookings commit before
            the first SMS leaves
        """
        outgoing = self.filtered(lambda sms: sms.state == "outgoing" and sms.number)
        if not outgoing:
            return self
        return self - (outgoing - outgoing._book_outgoing(auto_commit))

    def _come_back(self):
        self._wake_queue({fields.Datetime.now()})

    def _book_recipients(self):
        """Book every number and hold back what must wait.

        :return: the SMS that may not leave now
        """
        # Everybody's SMS pass here, whoever sends: the ledger sees all of them.
        all_sudo = self.sudo()
        recipients = all_sudo._get_contact_recipients()
        touches = {
            sms.id: sms.contact_touch_id
            for sms in all_sudo
            if sms.contact_touch_id.state in OPEN_STATES
        }
        refusals, booked = all_sudo._ask_gate(recipients, touches)
        for recipient in recipients:
            if recipient.key in booked:
                recipient.sms.contact_touch_id = booked[recipient.key]
        return self.browse(all_sudo._hold_back(refusals).ids)

    def _get_contact_recipients(self):
        """Return a :class:`SmsRecipient` for every number outside the company."""
        unknown = {sms.number for sms in self if not sms.partner_id}
        known = defaultdict(self.env["res.partner"].browse)
        if unknown:
            for partner in self.env["res.partner"].search(
                [("phone_sanitized", "in", list(unknown))], order="id"
            ):
                known[partner.phone_sanitized] += partner
        recipients = []
        companies = self._get_contact_companies()
        for sms in self:
            company = companies[sms]
            partner = sms.partner_id
            if not partner:
                # another company's partner is nobody here
                partner = known[sms.number].filtered(
                    lambda found, company=company: (
                        found.company_id in (company, company.browse())
                    )
                )[:1]
            # ``partner_share`` is False for colleagues
            if not partner or partner.partner_share:
                recipients.append(SmsRecipient(sms, partner, sms.number, company))
        return recipients

    def _get_contact_request(self, recipient, touch=None):
        """Return what is asked of the gate for one SMS.

        Bridges extend this where an application knows more (its campaign, a topic).

        :param touch: the ledger row it has already
        """
        self.ensure_one()
        partner = recipient.partner
        message = self.mail_message_id
        purpose = self.contact_purpose or message.contact_purpose
        source = self.contact_purpose_source or message.contact_purpose_source
        override = self.contact_override_reason or message.contact_override_reason
        document = self._get_contact_document()
        company = (touch and touch.company_id) or recipient.company
        return ContactRequest(
            channel="sms",
            topic_id=message.contact_topic_id.id or None,
            purpose=purpose or "transactional",
            purpose_source=(source or "sender") if purpose else "system",
            tz=partner.tz or None,
            expire_date=(touch and touch.expire_date)
            or message.contact_expire_date
            or None,
            override_reason=override or None,
            touch_id=touch.id if touch else None,
            company_id=company.id,
            partner_id=partner.id or None,
            customer_id=partner.commercial_partner_id.id or None,
            partner_name=partner.name or None,
            address=recipient.address or None,
            subject=(self.body or "")[:SUBJECT_LENGTH] or None,
            source_model=document[0],
            source_id=document[1],
            message_id=message.id or None,
            user_id=self.create_uid.id,
        )

    def _get_named_company(self):
        company = self.mail_message_id.record_company_id
        # the host's bridges to providers know more
        if not company and "record_company_id" in self._fields:
            return self.record_company_id
        return company

    def _get_contact_author(self):
        return self.mail_message_id.author_id

    def _get_contact_document(self):
        """Return model and id of what the SMS is about."""
        if self.contact_source_model:
            return self.contact_source_model, self.contact_source_id
        if self.mail_message_id.model:
            return self.mail_message_id.model, self.mail_message_id.res_id
        return self._name, self.id

    # ------------------------------------------------------------------ waiting

    def _hold_back(self, refusals):
        """Let SMS wait or stop them; the common case is written in one go."""
        waiting, stopped = defaultdict(self.browse), defaultdict(self.browse)
        for sms, [(_recipient, decision)] in refusals.items():
            if decision.state == "deferred":
                waiting[decision.date] += sms
            else:
                stopped[decision.reason] += sms
        for moment, found in waiting.items():
            found.write({"state": "waiting", "contact_scheduled_date": moment})
        self._wake_queue(set(waiting))
        for reason, found in stopped.items():
            found._stop_for(reason)
        return self.browse().concat(*waiting.values(), *stopped.values())

    def _stop_for(self, reason):
        """End SMS nobody may get, and what the host tracks of them."""
        self.write({"state": "canceled", "failure_type": "sms_optout"})
        self.sms_tracker_id._action_update_from_sms_state(
            "canceled", failure_type="sms_optout", failure_reason=reason
        )

    @api.model
    def _release_due(self):
        """Put the SMS back into the queue whose moment has come."""
        limit = self._get_send_batch_size()
        due = self.search(
            [
                ("state", "=", "waiting"),
                ("contact_scheduled_date", "<=", fields.Datetime.now()),
            ],
            order="contact_scheduled_date, id",
            limit=limit,
        ).try_lock_for_update()
        due.write({"state": "outgoing"})
        if len(due) == limit:
            self._wake_queue({fields.Datetime.now()})

    @api.model
    def _wake_queue(self, dates):
        """Have the host's queue look at the moments the held SMS may leave."""
        if dates:
            # whoever sends, may not start jobs himself
            cron_sudo = self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()
            cron_sudo._trigger(at=dates)

    # ------------------------------------------------------------------- ending

    def _settle_touches(self, state, failure_type=None):
        """End the bookings of SMS that were handed over, failed or were cancelled."""
        # The ledger belongs to the system, whoever sends.
        touches_sudo = self.sudo().contact_touch_id.filtered(
            lambda touch: touch.channel == "sms" and touch.state in ORIGINS[state]
        )
        if not touches_sudo:
            return
        if state == "sent":
            touches_sudo._move("sent", date=fields.Datetime.now(), scheduled_date=False)
        elif state == "failed":
            touches_sudo._move("failed", reason=self._get_failure_words(failure_type))
        else:
            touches_sudo._move(
                "cancelled", reason=self.env._("The SMS was cancelled or deleted.")
            )

    @api.model
    def _get_failure_words(self, failure_type):
        labels = dict(self._fields["failure_type"]._description_selection(self.env))
        return labels.get(failure_type, failure_type)
