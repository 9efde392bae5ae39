from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.tools.mail import email_normalize_all

from ...tools.contact_limit import ContactRequest
from .c360_contact_edge import OPEN_STATES


class MailRecipient(NamedTuple):
    """One address a mail is about to leave for."""

    mail: models.BaseModel
    partner: models.BaseModel
    address: str | None
    company: models.BaseModel

    @property
    def key(self):
        """Find the ledger row again: the message and who gets it."""
        return (self.mail.mail_message_id.id, self.partner.id or self.address)

    @property
    def document(self):
        return self.mail


class MailBookings:
    """What the gate let pass, remembered until the mails have left.

    The queue commits after each mail, which empties every cache: looking the rows up
    again would cost more than the mail itself. Travels in the context of the mails; a
    class of its own, so that nobody can hand one in from outside.
    """

    def __init__(self):
        self._by_mail = {}

    def add(self, mail, recipients, touch_ids):
        """Remember a mail about to leave, with its recipients and ledger rows."""
        people = {who.address: (who.partner.id, who.company.id) for who in recipients}
        self._by_mail[mail.id] = (self._get_mark(mail), people, touch_ids)

    def find(self, mail):
        """Return ids of partner and company by address, and ids of ledger rows.

        ``None``: the gate did not see the mail with these recipients.
        """
        mark, people, touch_ids = self._by_mail.get(mail.id, (None, None, None))
        if mark != self._get_mark(mail):
            return None
        return people, touch_ids

    @staticmethod
    def _get_mark(mail):
        return (mail.recipient_ids._ids, mail.email_to, mail.email_cc)


class C360ContactMailMixin(models.AbstractModel):
    """The edge where every e-mail leaves: nothing goes round the gate.

    The gate is asked in ``send``, before the host prepares anything: later would mark
    the notification of a held mail as sent. A mail with several recipients loses only
    those who may not get it now.
    """

    _name = "c360.contact.mail.mixin"
    _inherit = "c360.contact.edge.mixin"
    _description = "E-mail Passing the Contact Gate"

    # --------------------------------------------------------------------- host

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        ready = self._pass_gate(auto_commit)
        return super(C360ContactMailMixin, ready).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # before super: it deletes mails that are not kept
        self._settle_touches(success_pids, success_emails, failure_reason, failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._cancel_touches()
        return result

    def unlink(self):
        self.filtered(lambda mail: mail.state == "outgoing")._cancel_touches()
        return super().unlink()

    # --------------------------------------------------------------------- gate

    def _get_contact_purpose(self):
        """Return the purpose the sender gave the message; none: transactional.

        Bridges extend this where an application says otherwise.
        """
        self.ensure_one()
        return self.contact_purpose or "transactional"

    def _get_contact_purpose_source(self):
        """Return who set the purpose, see ``c360.contact.touch``."""
        self.ensure_one()
        if self.contact_purpose:
            return self.contact_purpose_source or "sender"
        return "system"

    def _pass_gate(self, auto_commit):
        """Ask the gate for every recipient, and return the mails that may leave now.

        :param bool auto_commit: the caller lets mails commit one by one, so the
            bookings commit too, before the first mail leaves
        """
        outgoing = self.filtered(lambda mail: mail.state == "outgoing")
        if not outgoing:
            return self
        bookings = MailBookings()
        outgoing = outgoing.with_context(c360_contact_bookings=bookings)
        held = outgoing - outgoing._book_outgoing(auto_commit)
        return (self - held).with_context(c360_contact_bookings=bookings)

    def _come_back(self):
        self._wake_queue()

    def _book_recipients(self):
        """Book every recipient of the mails and hold back those who must wait.

        What the others are booked for is remembered until they have left.

        :return: the mails nobody may get now
        """
        # Everybody's mails pass here, whoever sends: the ledger sees all of them.
        mails_sudo = self.sudo()
        recipients = mails_sudo._get_contact_recipients()
        touches = mails_sudo._get_open_touches(recipients)
        refusals, booked = mails_sudo._ask_gate(recipients, touches)
        held = mails_sudo._hold_back(refusals)
        held._wake_queue()
        refused = {who.key for found in refusals.values() for who, _decision in found}
        leaving = defaultdict(list)
        for recipient in recipients:
            if recipient.key not in refused:
                leaving[recipient.mail].append(recipient)
        touches.update(booked)
        bookings = self.env.context["c360_contact_bookings"]
        for mail in mails_sudo - held:
            found = leaving[mail]
            bookings.add(mail, found, [touches[who.key].id for who in found])
        return self.browse(held.ids)

    def _find_booking(self):
        """Return what the gate remembers of a mail that is being sent.

        :return: ids of partner and company by address, and ids of ledger rows;
            ``None``: nothing
        """
        bookings = self.env.context.get("c360_contact_bookings")
        # its recipients belong to the system, whoever sends
        mail_sudo = self.sudo()
        return isinstance(bookings, MailBookings) and bookings.find(mail_sudo) or None

    def _get_contact_recipients(self):
        """Return a :class:`MailRecipient` for everybody outside the company."""
        partner_model = self.env["res.partner"]
        addresses = {
            mail: email_normalize_all(f"{mail.email_to or ''},{mail.email_cc or ''}")
            for mail in self
        }
        known = defaultdict(partner_model.browse)
        unknown = {address for found in addresses.values() for address in found}
        if unknown:
            for partner in partner_model.search(
                [("email_normalized", "in", list(unknown))], order="id"
            ):
                known[partner.email_normalized] += partner
        recipients = {}
        companies = self._get_contact_companies()
        for mail in self:
            company = companies[mail]
            for partner in mail.recipient_ids:
                # ``partner_share`` is False for colleagues
                if partner.partner_share:
                    found = MailRecipient(
                        mail, partner, partner.email_normalized, company
                    )
                    recipients[found.key] = found
            for address in addresses[mail]:
                # another company's partner is nobody here
                partner = known[address].filtered(
                    lambda found, company=company: (
                        found.company_id in (company, company.browse())
                    )
                )[:1]
                if not partner or partner.partner_share:
                    found = MailRecipient(mail, partner, address, company)
                    recipients.setdefault(found.key, found)
        return list(recipients.values())

    def _get_contact_request(self, recipient, touch=None):
        """Return what is asked of the gate for one recipient.

        Bridges extend this where an application knows more (its campaign, a topic).

        :param touch: the ledger row he has already
        """
        self.ensure_one()
        partner = recipient.partner
        company = (touch and touch.company_id) or recipient.company
        source_model, source_id = self._get_contact_document()
        return ContactRequest(
            channel="email",
            purpose=self._get_contact_purpose(),
            purpose_source=self._get_contact_purpose_source(),
            tz=partner.tz or None,
            expire_date=(touch and touch.expire_date)
            or self.contact_expire_date
            or None,
            override_reason=self.contact_override_reason or None,
            touch_id=touch.id if touch else None,
            topic_id=self.contact_topic_id.id or None,
            company_id=company.id,
            partner_id=partner.id or None,
            customer_id=partner.commercial_partner_id.id or None,
            partner_name=partner.name or None,
            address=recipient.address or None,
            subject=self.subject or None,
            source_model=source_model,
            source_id=source_id,
            message_id=self.mail_message_id.id,
            user_id=self.create_uid.id,
        )

    def _get_contact_document(self):
        """Return model and id of what the mail is about."""
        return self.model or self._name, self.res_id or self.id

    def _get_open_touches(self, recipients):
        """Return the ledger rows these recipients have already, by key."""
        message_ids = {recipient.mail.mail_message_id.id for recipient in recipients}
        touches = self.env["c360.contact.touch"].search(
            [
                ("message_id", "in", list(message_ids)),
                ("state", "in", OPEN_STATES),
            ]
        )
        return {
            (touch.message_id.id, touch.partner_id.id or touch.address): touch
            for touch in touches
        }

    # ------------------------------------------------------------------- ending

    def _get_touches(self, states):
        """Return the ledger rows of the mails' recipients that are in ``states``."""
        # The ledger and the recipients belong to the system, whoever sends.
        mails_sudo = self.sudo()
        touches_sudo = mails_sudo.env["c360.contact.touch"].search(
            [
                ("message_id", "in", mails_sudo.mail_message_id.ids),
                ("state", "in", states),
            ]
        )
        if not touches_sudo:
            return touches_sudo
        recipients = {who.key for who in mails_sudo._get_contact_recipients()}
        return touches_sudo.filtered(
            lambda touch: (
                touch.message_id.id,
                touch.partner_id.id or touch.address,
            )
            in recipients
        )

    def _settle_touches(
        self, success_pids, success_emails, failure_reason, failure_type
    ):
        """End the bookings of mails that were handed over, or failed."""
        is_sent = not failure_type and all(mail.state == "sent" for mail in self)
        bookings = [mail._find_booking() for mail in self] if is_sent else [None]
        if all(bookings):
            # The ledger belongs to the system, whoever sends.
            touches_sudo = self.env["c360.contact.touch"].sudo()
            touches_sudo.browse(
                touch_id for _people, touch_ids in bookings for touch_id in touch_ids
            )._confirm_sent()
            return
        touches = self._get_touches(["reserved"])
        if not touches:
            return
        sent = touches
        if not is_sent:
            addresses = set(email_normalize_all(",".join(success_emails)))
            sent = touches.filtered(
                lambda touch: touch.partner_id in success_pids
                or touch.address in addresses
            )
        sent._confirm_sent()
        if touches - sent:
            (touches - sent)._move("failed", reason=failure_reason or failure_type)

    def _cancel_touches(self):
        if not self:
            return
        touches = self._get_touches(["reserved", "deferred"])
        if touches:
            touches._move(
                "cancelled", reason=self.env._("The e-mail was cancelled or deleted.")
            )
