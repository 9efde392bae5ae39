from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_customer360.tools.contact_consent import find_consent


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _get_blacklist_among(self, addresses):
        if self.mailing_type != "sms":
            return super()._get_blacklist_among(addresses)
        if not self.use_exclusion_list:
            return set()
        self.env["phone.blacklist"].flush_model(["number", "active"])
        return self._select_addresses(
            SQL(
                "SELECT number FROM phone_blacklist WHERE active AND number = ANY(%s)",
                list(addresses),
            )
        )

    def _get_excluded(self, recipients):
        excluded = super()._get_excluded(recipients)
        if self.mailing_type == "sms":
            out = self._get_opt_out_ids_among([who.res_id for who in recipients])
            for recipient in recipients:
                if recipient.res_id in out:
                    excluded.setdefault(recipient, "optout")
        return excluded

    def _get_opt_out_among(self, addresses):
        # text messages are opted out of by document, see _get_excluded
        if self.mailing_type == "sms":
            return set()
        return super()._get_opt_out_among(addresses)

    def _get_seen_among(self, addresses):
        if self.mailing_type != "sms":
            return super()._get_seen_among(addresses)
        self.env["mailing.trace"].flush_model()
        return self._select_addresses(
            SQL(
                """
                SELECT sms_number
                  FROM mailing_trace
                 WHERE mass_mailing_id = %s AND sms_number = ANY(%s)
                """,
                self.id,
                list(addresses),
            )
        )

    def _get_seen_ids_among(self, res_ids):
        """Return the documents among some that the text message has reached."""
        self.env["mailing.trace"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT res_id
                  FROM mailing_trace
                 WHERE mass_mailing_id = %s AND trace_type = 'sms'
                   AND res_id = ANY(%s) AND model = %s
                """,
                self.id,
                list(res_ids),
                self.mailing_model_real,
            )
        )
        return {row[0] for row in rows}

    def _get_opt_out_ids_among(self, res_ids):
        """Return the opted out ones among some documents of the mailing."""
        if self.mailing_model_name in ("res.partner", "crm.lead"):
            return set(self._get_refusing_ids(res_ids))
        if self.mailing_model_name != "mailing.list":
            return set(self._get_opt_out_list_sms()) & set(res_ids)
        self.env["mailing.subscription"].flush_model(["opt_out"])
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT contact_id
                    FROM mailing_subscription
                   WHERE contact_id = ANY(%(res_ids)s)
                     AND list_id = ANY(%(list_ids)s)
                GROUP BY contact_id
                  HAVING bool_and(COALESCE(opt_out, FALSE))
                """,
                res_ids=list(res_ids),
                list_ids=self.contact_list_ids.ids,
            )
        )
        return {row[0] for row in rows}

    def _get_refusing_ids(self, res_ids=None):
        """Return the documents whose people refused such text messages.

        :param res_ids: only these; default: all the mailing is for
        """
        self.ensure_one()
        if not self.env["c360.contact.gate"]._is_refusable(self.contact_purpose):
            return []
        if res_ids is None:
            res_ids = self.env[self.mailing_model_real]._search(
                self._get_recipients_domain()
            )
        recipients = self._get_contact_recipients(list(res_ids))
        people = {
            who: (
                who.partner and who.partner.id,
                who.partner and who.partner.customer_id,
                who.address,
            )
            for who in recipients
        }
        # The consent ledger belongs to the system, mailings to marketing.
        consents_sudo = self.env["c360.contact.consent"].sudo()
        said = consents_sudo._get_current(set(people.values()))
        company_id, topic_id = (
            self._get_contact_company().id,
            self.contact_topic_id.id or None,
        )
        refusing = []
        for who, person in people.items():
            rows = [
                row
                for company, row in said.get(person, ())
                if company in (None, company_id)
            ]
            decides = find_consent(rows, "sms", self.contact_purpose, topic_id)
            if decides and decides.status == "refused":
                refusing.append(who.res_id)
        return refusing
