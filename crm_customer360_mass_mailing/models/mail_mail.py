from collections import defaultdict

from odoo import api, fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    # the queue: what of the mailings is due, and on their forms: what waits
    _c360_mailing_idx = models.Index(
        "(mailing_id, scheduled_date)"
        " WHERE state = 'outgoing' AND mailing_id IS NOT NULL"
    )

    # --------------------------------------------------------------------- host

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        # The host sends one batch and comes back in an hour: a mailing to a hundred
        # thousand would take four days. Go on as long as mails of mailings leave.
        before = 0 if email_ids else self._count_due_mailings()
        result = super().process_email_queue(email_ids, batch_size)
        if before and 0 < self._count_due_mailings() < before:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return result

    @api.model
    def _count_due_mailings(self):
        return self.search_count(
            [
                ("state", "=", "outgoing"),
                ("mailing_id", "!=", False),
                "|",
                ("scheduled_date", "=", False),
                ("scheduled_date", "<=", fields.Datetime.now()),
            ]
        )

    # --------------------------------------------------------------------- gate

    def _is_of_mailing(self):
        """Tell a mailing from its test to a colleague, which leaves no trace."""
        self.ensure_one()
        return bool(self.mailing_id and self.mailing_trace_ids)

    def _get_contact_purpose(self):
        if not self.contact_purpose and self._is_of_mailing():
            return self.mailing_id.contact_purpose
        return super()._get_contact_purpose()

    def _get_sender_company(self):
        if self.mailing_id:
            return self.mailing_id._get_contact_company()
        return super()._get_sender_company()

    def _get_contact_request(self, recipient, touch=None):
        request = super()._get_contact_request(recipient, touch)
        if not self._is_of_mailing():
            return request
        return request._replace(
            campaign_key=self.mailing_id._get_contact_campaign_key(),
            purpose_source="sender",
        )

    def _hold_back(self, refusals):
        held = super()._hold_back(refusals)
        stopped = defaultdict(self.browse)
        for mail, found in refusals.items():
            if mail.mailing_trace_ids and all(
                decision.state == "blocked" for _recipient, decision in found
            ):
                if mail.state == "cancel":
                    stopped[found[0][1].reason] += mail
        for reason, mails in stopped.items():
            mails.mailing_trace_ids._cancel_for(reason)
        return held
