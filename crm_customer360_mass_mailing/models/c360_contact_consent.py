from collections import defaultdict

from odoo import api, models

from odoo.addons.crm_customer360.models.contact.c360_contact_consent_blacklist import (
    FROM_CONSENT,
)
from odoo.addons.crm_customer360.tools.contact_consent import find_consent


class C360ContactConsent(models.Model):
    """Whoever refuses a topic is opted out of its mailing lists, and the other way."""

    _inherit = "c360.contact.consent"

    def _on_recorded(self):
        result = super()._on_recorded()
        self._set_opt_outs()
        return result

    def _set_opt_outs(self):
        """Opt people out of the lists of topics they refuse, and in again."""
        opt_outs = defaultdict(set)
        for row in self:
            says_so = row.is_current and row.topic_id and not row.purpose
            if says_so and row.channel in (False, "email"):
                for address in row._get_blacklist_addresses("email"):
                    opt_outs[row.topic_id, row.status == "refused"].add(address)
        for (topic, is_refused), addresses in opt_outs.items():
            # The lists belong to marketing; whoever records consent may not write them.
            subscriptions_sudo = self.env["mailing.subscription"].sudo()
            subscriptions_sudo.search(
                [
                    ("list_id.contact_topic_id", "=", topic.id),
                    ("contact_id.email_normalized", "in", list(addresses)),
                    ("opt_out", "!=", is_refused),
                ]
            ).with_context(**{FROM_CONSENT: True}).write({"opt_out": is_refused})

    @api.model
    def _read_topic_words(self, words):
        """Return what was said last of topics by e-mail.

        :param words: pairs of an address and the id of a topic
        :return: ``{(address, topic id): status}``
        """
        rows = self.search(
            [
                ("is_current", "=", True),
                ("address", "in", [address for address, _topic_id in words]),
                ("topic_id", "in", [topic_id for _address, topic_id in words]),
                ("channel", "in", ["email", False]),
                ("purpose", "=", False),
            ],
            order="date, id",
        )
        return {(row.address, row.topic_id.id): row.status for row in rows}

    @api.model
    def _get_refusing_addresses(self, purpose, topic, addresses=None):
        """Return the e-mail addresses that refuse such messages.

        :param str purpose: a purpose code
        :param topic: the topic of the message, or none
        :param addresses: only these, normalised; default: all
        """
        if not self.env["c360.contact.gate"]._is_refusable(purpose):
            return set()
        if addresses is None:
            groups = self._read_group(
                [("is_current", "=", True), ("status", "=", "refused")], ["address"]
            )
            addresses = {address for (address,) in groups if "@" in (address or "")}
        people = {(None, None, address) for address in addresses}
        company_id = self.env.company.id
        refusing = set()
        for who, found in self._get_current(people).items():
            rows = [row for company, row in found if company in (None, company_id)]
            decides = find_consent(rows, "email", purpose, topic.id or None)
            if decides and decides.status == "refused":
                refusing.add(who[2])
        return refusing
