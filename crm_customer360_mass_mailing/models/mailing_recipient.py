from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, split_every
from odoo.tools.mail import email_normalize

from odoo.addons.crm_customer360.models.contact.c360_contact_gate import (
    int_array,
    text_array,
)
from odoo.addons.crm_customer360.tools.contact_limit import ContactRequest

SLICE = 5000


class KnownPartner(NamedTuple):
    """What the gate has to know of a partner."""

    id: int
    address: str | None
    customer_id: int
    name: str
    tz: str | None
    company_id: int | None
    is_share: bool


class MailingRecipient(NamedTuple):
    """Whom a mailing writes to: the document, where it goes, and who that is."""

    res_id: int
    address: str | None
    partner: KnownPartner | None = None


class MailingMailing(models.Model):
    """Whom a mailing reaches, for a hundred thousand at a time."""

    _inherit = "mailing.mailing"

    def _get_contact_recipients(self, res_ids):
        """Return a :class:`MailingRecipient` per document, as the host addresses it.

        :param list res_ids: ids of documents of the mailing's model
        """
        self.ensure_one()
        if self.mailing_model_real == "mailing.contact":
            return self._identify(self._read_contact_addresses(res_ids))
        if self.mailing_model_real == "res.partner":
            return self._identify([(res_id, None, res_id) for res_id in res_ids])
        return self._identify(self._read_document_addresses(res_ids))

    def _read_contact_addresses(self, res_ids):
        """Return ``(contact id, address, None)`` of mailing contacts."""
        self.env["mailing.contact"].flush_model(["email_normalized"])
        return self.env.execute_query(
            SQL(
                """
                SELECT id, NULLIF(email_normalized, ''), NULL
                  FROM mailing_contact
                 WHERE id = ANY(%s)
              ORDER BY id
                """,
                int_array(res_ids),
            )
        )

    def _read_document_addresses(self, res_ids):
        """Return ``(document id, address, partner id)`` of documents of any model."""
        rows = []
        for ids in split_every(SLICE, res_ids):
            documents = self.env[self.mailing_model_real].browse(ids)
            for res_id, found in documents._message_get_default_recipients().items():
                address = email_normalize(found["email_to"]) or None
                rows.append((res_id, address, next(iter(found["partner_ids"]), None)))
            documents.invalidate_recordset()
        return rows

    def _identify(self, rows):
        """Return the recipients of ``(document id, address, partner id)``.

        An address belongs to the first active partner who has it, as for any mail.
        """
        partner_ids = [partner_id for _res_id, _address, partner_id in rows]
        by_id = {
            partner.id: partner
            for partner in self._read_partners(
                SQL("id = ANY(%s)", int_array(filter(None, partner_ids)))
            )
        }
        by_address = self._read_partners_by_address(
            {address for _res_id, address, partner_id in rows if not partner_id}
        )
        recipients = []
        for res_id, address, partner_id in rows:
            partner = by_id.get(partner_id) or by_address.get(address)
            if partner_id and partner:
                address = partner.address
            recipients.append(MailingRecipient(res_id, address, partner))
        return recipients

    def _read_partners_by_address(self, addresses):
        partners = {}
        for partner in self._read_partners(
            SQL(
                "active AND email_normalized IN (SELECT unnest(%s))"
                " AND (company_id IS NULL OR company_id = %s)",
                text_array(filter(None, addresses)),
                self._get_contact_company().id,
            )
        ):
            partners.setdefault(partner.address, partner)
        return partners

    def _read_partners(self, condition):
        partners = self.env["res.partner"]
        partners.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, NULLIF(email_normalized, ''), commercial_partner_id,
                       name, tz, company_id, partner_share
                  FROM res_partner
                 WHERE %s
              ORDER BY id
                """,
                condition,
            )
        )
        return [KnownPartner(*row) for row in rows]

    # --------------------------------------------------------------------- gate

    def _get_contact_company(self):
        """Return the company who answers for the mailing is in, whoever sends it."""
        if not self.user_id or self.user_id == self.env.user:
            return self.env.company
        # a colleague of another company perhaps
        user_sudo = self.user_id.sudo()
        return user_sudo.company_id

    def _get_contact_requests(self, recipients):
        """Return what is asked of the gate, by recipient; colleagues are not asked.

        :param list recipients: :class:`MailingRecipient`
        """
        self.ensure_one()
        company_id = self._get_contact_company().id
        common = ContactRequest(
            channel=self._get_contact_channel(),
            purpose=self.contact_purpose,
            company_id=company_id,
            campaign_key=self._get_contact_campaign_key(),
            topic_id=self.contact_topic_id.id or None,
            expire_date=self.contact_expire_date or None,
            subject=self.subject or None,
            source_model=self.mailing_model_real,
            user_id=self.user_id.id or self.env.uid,
        )
        # what differs lies between these, in the order of the fields: by names it
        # takes three times as long
        begin, about, sender, rest = common[:2], common[7:9], common[10:12], common[13:]
        make, requests = ContactRequest._make, {}
        for recipient in recipients:
            partner = recipient.partner
            if not partner:
                who, tz = (company_id, None, None, None), None
            elif partner.is_share:
                partner_id, _address, customer_id, name, tz, own_id, _share = partner
                who = (own_id or company_id, partner_id, customer_id, name)
            else:
                continue
            requests[recipient] = make(
                (
                    *begin,
                    *who,
                    recipient.address,
                    *about,
                    recipient.res_id,
                    *sender,
                    tz,
                    *rest,
                )
            )
        return requests

    def _decide_for(self, recipients, at):
        """Return what the gate decides for each; books nothing.

        :param datetime at: the moment of departure, UTC
        :return: ``{recipient: (request, ContactDecision)}``
        """
        requests = self._get_contact_requests(recipients)
        decisions = self.env["c360.contact.gate"]._decide(
            list(requests.values()), at, alone=True
        )
        return {
            recipient: (request, decision)
            for (recipient, request), decision in zip(
                requests.items(), decisions, strict=True
            )
        }

    def _get_excluded(self, recipients):
        """Return whom the host leaves out, whatever the limits say.

        :return: ``{recipient: address | blacklist | optout | duplicate}``
        """
        addresses = {who.address for who in recipients if who.address}
        lists = (
            ("blacklist", self._get_blacklist_among(addresses)),
            ("optout", self._get_opt_out_among(addresses)),
            ("duplicate", self._get_seen_among(addresses)),
        )
        found, excluded = defaultdict(int), {}
        for recipient in recipients:
            address = recipient.address
            if not address:
                excluded[recipient] = "address"
                continue
            for why, among in lists:
                if address in among:
                    excluded[recipient] = why
                    break
            else:
                found[address] += 1
                if found[address] > 1:
                    excluded[recipient] = "duplicate"
        return excluded
