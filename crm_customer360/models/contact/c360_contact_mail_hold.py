from collections import defaultdict

from odoo import fields, models
from odoo.tools.mail import (
    email_normalize,
    email_normalize_all,
    email_split_and_format_normalize,
)


class C360ContactMailHoldMixin(models.AbstractModel):
    """How a mail waits or is stopped, for all or for some of its recipients."""

    _name = "c360.contact.mail.hold.mixin"
    _description = "E-mail Held Back by the Contact Gate"

    def _hold_back(self, refusals):
        """Take recipients out who may not get their mail now.

        Where everybody waits for the same moment, or everybody is stopped, the mail
        itself waits or is cancelled: the common case, written in one go. Else those
        who have to wait get it later by a mail of their own, the others now.

        :param dict refusals: mail -> pairs of :class:`MailRecipient` and its decision
        :return: the mails nobody may get now
        """
        waiting, stopped = defaultdict(self.browse), defaultdict(self.browse)
        held = self.browse()
        for mail, found in refusals.items():
            moments = {decision.date for _recipient, decision in found}
            everybody = len(found) == mail._count_recipients()
            states = {decision.state for _recipient, decision in found}
            if everybody and states == {"deferred"} and len(moments) == 1:
                waiting[moments.pop()] += mail
            elif everybody and states == {"blocked"}:
                stopped[found[0][1].reason] += mail
            elif mail._take_out(found):
                held += mail
        for moment, mails in waiting.items():
            mails.write({"scheduled_date": moment})
            held += mails
        for reason, mails in stopped.items():
            mails._get_notifications()._cancel_for(reason)
            # they keep their recipients: once the reason is gone, they can be retried
            mails.write({"state": "cancel", "failure_reason": reason})
            held += mails
        return held

    def _count_recipients(self):
        return len(self.recipient_ids) + len(
            email_normalize_all(f"{self.email_to or ''},{self.email_cc or ''}")
        )

    def _take_out(self, refusals):
        """Take some recipients out of a mail.

        :return: whether nobody is left who gets it now
        """
        self.ensure_one()
        later = defaultdict(list)
        for recipient, decision in refusals:
            if decision.state == "deferred":
                later[decision.date].append(recipient)
            else:
                self._get_notifications(recipient.partner)._cancel_for(decision.reason)
        if later:
            # A part that was sent must not take the message of the others along.
            self.is_notification = True
        for date, recipients in later.items():
            part = self._split_for(recipients)
            part.scheduled_date = date
            part._wake_queue()
        self._remove_recipients([recipient for recipient, _decision in refusals])
        if self.recipient_ids or self.email_to or self.email_cc:
            return False
        self.write(
            {
                "state": "cancel",
                "failure_reason": self.env._(
                    "Everybody gets it later, by mails of their own, or not at all."
                ),
            }
        )
        return True

    def _split_for(self, recipients):
        """Return a mail with the same message for these recipients only."""
        partners = self._browse_recipients(recipients)
        mail = self.copy(
            {
                "headers": self.headers,
                "mail_message_id": self.mail_message_id.id,
                "recipient_ids": partners.ids,
                "email_to": ",".join(
                    recipient.address
                    for recipient in recipients
                    if recipient.partner not in partners
                ),
                "email_cc": False,
            }
        )
        self._get_notifications(partners).mail_mail_id = mail
        return mail

    def _browse_recipients(self, recipients):
        """Return the partners among them that the mail names as partners."""
        ids = [recipient.partner.id for recipient in recipients]
        return self.recipient_ids & self.env["res.partner"].browse(ids)

    def _remove_recipients(self, recipients):
        gone = {recipient.address for recipient in recipients}
        partners = self._browse_recipients(recipients)

        def keep(emails):
            return ", ".join(
                email
                for email in email_split_and_format_normalize(emails or "")
                if email_normalize(email) not in gone
            )

        self.write(
            {
                "recipient_ids": [
                    fields.Command.unlink(partner_id) for partner_id in partners.ids
                ],
                "email_to": keep(self.email_to),
                "email_cc": keep(self.email_cc),
            }
        )

    def _get_notifications(self, partners=None):
        domain = [
            ("mail_mail_id", "in", self.ids),
            ("notification_status", "not in", ("sent", "canceled")),
        ]
        if partners is not None:
            domain.append(("res_partner_id", "in", partners.ids))
        return self.env["mail.notification"].search(domain)

    def _wake_queue(self):
        """Have the host's queue look at the moments the held mails may leave."""
        dates = {
            mail.scheduled_date or fields.Datetime.now()
            for mail in self
            if mail.state == "outgoing"
        }
        if dates:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(at=dates)
