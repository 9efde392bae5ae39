import logging
from ast import literal_eval
from functools import cache

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.iap.tools.iap_tools import _MAIL_PROVIDERS

from ...tools.lead_check import (
    find_domain,
    find_emails,
    find_role,
    find_test,
    is_possible_phone,
    is_test_address,
)
from .c360_lead_check import RULE_ERRORS

_logger = logging.getLogger(__name__)


@cache
def get_disposable_domains():
    """Return the domains of throw-away addresses, a list kept by many people."""
    # read when the first rule asks: ten thousand names are not for every process
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


class C360LeadCheck(models.Model):
    """How each kind of check judges: one method per kind.

    ``_find_<kind>(rule, contacts, places, leads)`` looks at the contacts at the given
    places of the list and returns ``{place: reason}`` for those it finds invalid. A
    bridge adds a kind by ``selection_add`` and such a method.
    """

    _inherit = "c360.lead.check"

    @api.model
    def _find_unreachable(self, rule, contacts, places, leads):
        reason = self.env._("Neither an e-mail address nor a phone number")
        silent = [
            place
            for place in places
            if not contacts[place].email.strip()
            and not contacts[place].phone.strip()
            and not contacts[place].known
        ]
        written = self._find_written(leads, silent)
        return {place: reason for place in silent if place not in written}

    @api.model
    def _find_email_malformed(self, rule, contacts, places, leads):
        hits = {
            place: self.env._(
                "“%(email)s” is no e-mail address", email=contacts[place].email
            )
            for place in places
            if contacts[place].email.strip() and not find_emails(contacts[place].email)
        }
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_email_disposable(self, rule, contacts, places, leads):
        domains = (get_disposable_domains() | rule.words) - rule.except_words
        hits = {
            place: self.env._("%(domain)s gives out throw-away addresses", domain=hit)
            for place, emails in self._get_emails(contacts, places)
            if (hit := find_domain(emails[0], domains))
        }
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_email_role(self, rule, contacts, places, leads):
        hits = {
            place: self.env._("“%(role)s@” is nobody in person", role=hit)
            for place, emails in self._get_emails(contacts, places)
            if (hit := find_role(emails[0], rule.words))
        }
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_email_free(self, rule, contacts, places, leads):
        domains = (_MAIL_PROVIDERS | rule.words) - rule.except_words
        hits = {
            place: self.env._("%(domain)s is a free e-mail provider", domain=hit)
            for place, emails in self._get_emails(contacts, places)
            if (hit := find_domain(emails[0], domains))
        }
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_email_dead(self, rule, contacts, places, leads):
        emails = dict(self._get_emails(contacts, places))
        failures = self._get_email_failures({found[0] for found in emails.values()})
        hits = {}
        for place, found in emails.items():
            bounced, failed = failures.get(found[0], (0, 0))
            if not isinstance(leads, list):
                # who brings a lead need not be able to read it; a count tells nothing
                lead_sudo = leads[place].sudo()
                bounced = max(bounced, lead_sudo.message_bounce)
            if bounced >= rule.failures:
                hits[place] = self.env._(
                    "%(email)s sent %(count)s messages back",
                    email=found[0],
                    count=bounced,
                )
            elif failed >= rule.failures:
                hits[place] = self.env._(
                    "%(count)s messages in a row did not reach %(email)s",
                    email=found[0],
                    count=failed,
                )
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_email_blacklisted(self, rule, contacts, places, leads):
        emails = dict(self._get_emails(contacts, places))
        # the list is not for salespeople; that an address is on it may be said
        blacklist_sudo = self.env["mail.blacklist"].sudo()
        listed = set(
            blacklist_sudo.search(
                [("email", "in", sorted({found[0] for found in emails.values()}))]
            ).mapped("email")
        )
        reason = self.env._("Asked not to be written to")
        hits = {place: reason for place, found in emails.items() if found[0] in listed}
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_phone_impossible(self, rule, contacts, places, leads):
        hits = {}
        for place in places:
            contact = contacts[place]
            if not contact.phone.strip():
                continue
            if rule.unless_reachable and find_emails(contact.email):
                continue
            if not is_possible_phone(contact.phone, contact.region):
                hits[place] = self.env._(
                    "%(phone)s cannot be a phone number", phone=contact.phone.strip()
                )
        return hits

    @api.model
    def _find_test(self, rule, contacts, places, leads):
        hits = {}
        for place in places:
            contact = contacts[place]
            text = find_test(contact, rule.words, rule.anywhere)
            if not text or (rule.unless_reachable and contact.known):
                continue
            if rule.unless_reachable and any(
                not is_test_address(email, rule.words)
                for email in find_emails(contact.email)
            ):
                continue
            hits[place] = self.env._("“%(name)s” looks like a test", name=text)
        return self._skip_reachable(rule, contacts, hits)

    @api.model
    def _find_out_of_scope(self, rule, contacts, places, leads):
        if isinstance(leads, list):
            # not in the database yet: judged as they would be
            records = [self.env["crm.lead"].new(leads[place]) for place in places]
        else:
            records = [leads[place] for place in places]
        # who brings a lead need not be able to read what the rule asks of it
        known_sudo = self.env["crm.lead"].concat(*records).sudo()
        try:
            hits = set(known_sudo.filtered_domain(literal_eval(rule.domain))._ids)
        except RULE_ERRORS:
            # The rule was checked when it was written; a field of it may be gone. A
            # lead must come in all the same.
            _logger.warning("Lead check %s skipped: %s fails", rule.id, rule.domain)
            return {}
        reason = self.env._("Out of scope")
        return {
            place: reason
            for place, lead in zip(places, known_sudo, strict=True)
            if lead._ids[0] in hits
        }

    # ------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------

    @api.model
    def _skip_reachable(self, rule, contacts, hits):
        """Return the hits of a check without those who have a phone.

        Asked last: reading a number costs more than all the other questions.
        """
        if not rule.unless_reachable:
            return hits
        return {
            place: reason
            for place, reason in hits.items()
            if not contacts[place].phone.strip()
            or not is_possible_phone(contacts[place].phone, contacts[place].region)
        }

    @api.model
    def _find_written(self, leads, places):
        """Return the places of leads that came by e-mail, or that e-mails came to.

        Some of these name no sender; somebody has to read them all the same.
        """
        if isinstance(leads, list):
            return {p for p in places if leads[p].get("capture_channel") == "email"}
        leads_sudo = leads.sudo()
        written = {p for p in places if leads_sudo[p].capture_channel == "email"}
        ids = {leads[place].id: place for place in places if place not in written}
        if ids:
            # whether there is a message is no secret
            messages_sudo = self.env["mail.message"].sudo()
            for lead_id, _count in messages_sudo._read_group(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "in", list(ids)),
                    ("message_type", "=", "email"),
                ],
                ["res_id"],
                ["__count"],
            ):
                written.add(ids[lead_id])
        return written

    @api.model
    def _get_emails(self, contacts, places):
        """Yield the place and the well-formed addresses of those that have any."""
        for place in places:
            emails = find_emails(contacts[place].email)
            if emails:
                yield place, emails

    @api.model
    def _get_email_failures(self, emails):
        """Return how often addresses failed, in one query for all of them.

        :param emails: normalised addresses
        :return: ``{address: (bounces the host counted, messages in a row the contact
            ledger says did not arrive)}``
        """
        if not emails:
            return {}
        self.env["res.partner"].flush_model(["email_normalized", "message_bounce"])
        self.env["c360.contact.touch"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT email,
                       COALESCE((
                           SELECT MAX(person.message_bounce)
                             FROM res_partner AS person
                            WHERE person.email_normalized = email
                       ), 0),
                       (SELECT COUNT(*)
                          FROM c360_contact_touch AS touch
                         WHERE touch.address = email
                           AND touch.channel = 'email'
                           AND touch.direction = 'out'
                           AND touch.state = 'failed'
                           AND NOT EXISTS (
                               SELECT
                                 FROM c360_contact_touch AS later
                                WHERE later.address = touch.address
                                  AND later.channel = 'email'
                                  AND later.direction = 'out'
                                  AND later.state IN ('sent', 'answered')
                                  AND later.date >= touch.date
                               )
                       )
                  FROM unnest(%(emails)s) AS email
                """,
                emails=sorted(emails),
            )
        )
        return {email: (bounced, failed) for email, bounced, failed in rows}
