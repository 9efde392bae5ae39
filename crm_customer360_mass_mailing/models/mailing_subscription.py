from odoo import api, models

from odoo.addons.crm_customer360.models.contact.c360_contact_consent_blacklist import (
    FROM_CONSENT,
)


class MailingSubscription(models.Model):
    """An opt-out of a list is a word about its topic, on every road of the host."""

    _inherit = "mailing.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        subscriptions = super().create(vals_list)
        # being put on a list by a colleague says nothing of what somebody wants
        subscriptions.filtered(
            lambda subscription: subscription.opt_out or self.env.user.share
        )._tell_consent()
        return subscriptions

    def write(self, vals):
        before = {subscription: subscription.opt_out for subscription in self}
        result = super().write(vals)
        self.filtered(
            lambda subscription: subscription.opt_out != before[subscription]
        )._tell_consent()
        return result

    def _tell_consent(self):
        """Record what these subscriptions say now of the topics of their lists."""
        if self.env.context.get(FROM_CONSENT):
            return
        # The consent ledger belongs to the system; visitors opt out as well.
        subscriptions_sudo = self.sudo().filtered(
            lambda subscription: subscription.list_id.contact_topic_id
            and subscription.contact_id.email_normalized
        )
        words = {
            (
                subscription.contact_id.email_normalized,
                subscription.list_id.contact_topic_id.id,
            ): subscription
            for subscription in subscriptions_sudo
        }
        consents_sudo = self.env["c360.contact.consent"].sudo()
        said = consents_sudo._read_topic_words(words)
        vals_list = []
        for (address, topic_id), subscription in words.items():
            status = subscription._get_consent_status(said.get((address, topic_id)))
            if status:
                vals_list.append(
                    {
                        "address": address,
                        "channel": "email",
                        "topic_id": topic_id,
                        "status": status,
                        "source": "mailing_list",
                        "proof": subscription._get_consent_proof(),
                    }
                )
        if vals_list:
            consents_sudo._record(vals_list)

    def _get_consent_status(self, known):
        """Return what the subscription says that is not known; nothing new: None.

        Back on a list by himself, a person agrees; put back by a colleague, his
        refusal is taken back.
        """
        if self.opt_out:
            status = "refused"
        elif self.env.user.share:
            status = "given"
        else:
            status = "unknown" if known == "refused" else None
        return status if status != known else None

    def _get_consent_proof(self):
        text = self.env._(
            "Mailing list “%(name)s”, %(how)s",
            name=self.list_id.name,
            how=self.env._("on his own page")
            if self.env.user.share
            else self.env._("by a colleague"),
        )
        return ": ".join(filter(None, [text, self.opt_out_reason_id.name]))
