from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_customer360.models.contact.c360_contact_gate import text_array


class MailingMailing(models.Model):
    """Who has opted out or was reached, among a few addresses.

    The host reads its whole lists for every batch of fifty: with a list of a hundred
    thousand that takes most of the day.
    """

    _inherit = "mailing.mailing"

    def _get_blacklist_among(self, addresses):
        """Return the blacklisted ones among normalised addresses."""
        if not self.use_exclusion_list:
            return set()
        self.env["mail.blacklist"].flush_model(["email", "active"])
        return self._select_addresses(
            SQL(
                "SELECT email FROM mail_blacklist"
                " WHERE active AND email IN (SELECT unnest(%s))",
                text_array(addresses),
            )
        )

    def _get_opt_out_among(self, addresses):
        """Return the opted out ones among normalised addresses.

        Of a mailing to lists: who opted out of one of them and is in no other. Of
        customers and leads: who refused such mails. Other models tell by the host's
        hook.
        """
        self.ensure_one()
        if self.mailing_model_name in ("res.partner", "crm.lead"):
            return self._get_refusing_addresses(addresses)
        if self.mailing_model_name != "mailing.list":
            return set(self._get_opt_out_list()) & set(addresses)
        self.env["mailing.contact"].flush_model(["email_normalized"])
        self.env["mailing.subscription"].flush_model(["opt_out"])
        return self._select_addresses(
            SQL(
                """
                SELECT contact.email_normalized
                  FROM mailing_subscription AS subscription
                  JOIN mailing_contact AS contact
                    ON contact.id = subscription.contact_id
                  JOIN unnest(%(addresses)s) AS asked (address)
                    ON asked.address = contact.email_normalized
                 WHERE subscription.list_id = ANY(%(list_ids)s)
                   AND subscription.opt_out
                   AND NOT EXISTS (
                       SELECT
                         FROM mailing_contact AS same
                         JOIN mailing_subscription AS other
                           ON other.contact_id = same.id
                        WHERE same.email_normalized = contact.email_normalized
                          AND other.list_id = ANY(%(list_ids)s)
                          AND other.opt_out IS NOT TRUE
                       )
                """,
                addresses=text_array(addresses),
                list_ids=self.contact_list_ids.ids,
            )
        )

    def _get_refusing_addresses(self, addresses=None):
        """Return who refused mails of this purpose and topic: by e-mail address.

        :param addresses: only these, normalised; default: all
        """
        self.ensure_one()
        # The consent ledger belongs to the system, mailings to marketing.
        consents_sudo = self.env["c360.contact.consent"].sudo()
        consents_sudo = consents_sudo.with_company(self._get_contact_company())
        return consents_sudo._get_refusing_addresses(
            self.contact_purpose, self.contact_topic_id, addresses
        )

    def _get_seen_among(self, addresses):
        """Return those among normalised addresses that the mailing, or a version of
        its A/B test, has reached."""
        self.ensure_one()
        self.env["mailing.trace"].flush_model()
        if self.ab_testing_enabled:
            scope = SQL("s.campaign_id = %s", self.campaign_id.id)
        else:
            scope = SQL(
                "s.mass_mailing_id = %s AND s.model = %s",
                self.id,
                self.mailing_model_real,
            )
        # Other addons narrow the host's query down by this hook, in plain SQL.
        join_domain, where_domain = self._get_seen_list_extra()
        return self._select_addresses(
            SQL(
                """
                SELECT s.email
                  FROM mailing_trace AS s
                  JOIN %(target)s AS t ON t.id = s.res_id
                  %(join_domain)s
                 WHERE s.email IN (SELECT unnest(%(addresses)s))
                   AND s.email != ''
                   AND %(scope)s
                  %(where_domain)s
                """,
                target=SQL.identifier(self.env[self.mailing_model_real]._table),
                join_domain=SQL(join_domain),
                where_domain=SQL(where_domain),
                addresses=text_array(addresses),
                scope=scope,
            )
        )

    def _select_addresses(self, query):
        return {row[0] for row in self.env.execute_query(query)}
