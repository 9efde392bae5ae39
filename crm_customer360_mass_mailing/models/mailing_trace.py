from odoo import fields, models


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    failure_type = fields.Selection(
        selection_add=[("c360_limit", "Stopped by a Contact Policy")],
        ondelete={"c360_limit": lambda traces: traces._forget_limit()},
    )

    # has the mailing reached the addresses of a batch already?
    _c360_email_idx = models.Index(
        "(mass_mailing_id, email) WHERE email IS NOT NULL AND email != ''"
    )
    # the same for all versions of an A/B test
    _c360_campaign_email_idx = models.Index(
        "(campaign_id, email) WHERE campaign_id IS NOT NULL"
    )

    def _cancel_for(self, reason):
        """End traces whose message was stopped, with the reason people read."""
        self.write(
            {
                "trace_status": "cancel",
                "failure_type": "c360_limit",
                "failure_reason": reason,
            }
        )

    def _forget_limit(self):
        """The bridge goes away: the host has no better word than opted out."""
        self.write({"failure_type": "mail_optout"})
