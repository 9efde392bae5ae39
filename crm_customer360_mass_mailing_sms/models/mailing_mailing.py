from odoo import fields, models, modules
from odoo.tools import split_every

# One window writes so many text messages at a time.
SLICE = 1000


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _get_contact_channel(self):
        return "sms" if self.mailing_type == "sms" else super()._get_contact_channel()

    def action_send_sms(self, res_ids=None):
        # One by one: the host gives the recipients of the first mailing to all.
        for mailing in self:
            wanted = res_ids or mailing._get_remaining_recipients()
            # In slices: what was sent stays sent when it breaks off.
            for ids in split_every(SLICE, wanted, list):
                super(MailingMailing, mailing).action_send_sms(res_ids=ids)
                if len(wanted) > SLICE and not modules.module.current_test:
                    # As the host does for e-mail. What follows can take many minutes.
                    self.env.cr.commit()  # pylint: disable=invalid-commit
            if wanted and mailing.state != "done":
                mailing._end_if_handed_over()
        return True

    def _end_if_handed_over(self):
        """End a mailing whose messages all wait: no delivery report will do it."""
        traces = self.mailing_trace_ids
        if not traces.search_count(
            [("mass_mailing_id", "=", self.id), ("trace_status", "=", "process")],
            limit=1,
        ):
            self.write(
                {
                    "state": "done",
                    "sent_date": fields.Datetime.now(),
                    "kpi_mail_required": not self.sent_date,
                }
            )

    def _read_contact_waiting(self):
        # The queue belongs to the system, its length does not.
        groups = (
            self.env["sms.sms"]
            .sudo()
            ._read_group(
                [("mailing_id", "in", self.ids), ("state", "=", "waiting")],
                ["mailing_id"],
                ["__count", "contact_scheduled_date:min"],
            )
        )
        return super()._read_contact_waiting() + [
            (self.browse(mailing.id), count, date) for mailing, count, date in groups
        ]
