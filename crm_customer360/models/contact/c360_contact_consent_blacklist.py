from odoo import api, models
from odoo.tools import email_normalize

from ...tools.contact_consent import find_consent

# Context key: the change comes from the consent ledger itself.
FROM_CONSENT = "c360_from_consent"
# Entries taken over at a time, when the product is installed.
TAKE_OVER_SLICE = 5000


def by_company(found, company_ids):
    """Return what each company was told; see ``_get_current`` for ``found``."""
    return (
        [row for told_id, row in found if told_id in (None, company_id)]
        for company_id in company_ids
    )


class C360ContactConsent(models.Model):
    """Consent and the host's blacklists say the same, whoever speaks first.

    Who refuses everything by a channel stands on the blacklist of that channel, who
    takes it back stands there no more. The blacklists know no companies: only who
    refused all of them stands there.
    """

    _inherit = "c360.contact.consent"

    def _on_recorded(self):
        result = super()._on_recorded()
        if not self.env.context.get(FROM_CONSENT):
            self._sync_blacklist("email", "mail.blacklist")
            # the host's other list is about text messages
            self._sync_blacklist("sms", "phone.blacklist")
        return result

    def _sync_blacklist(self, channel, model_name):
        """Bring the blacklist of a channel in line with rows that speak of it all.

        :param str channel: email or sms
        :param str model_name: the blacklist
        """
        people = {
            (row.partner_id.id or None, None, address)
            for row in self
            if row.channel in (False, channel) and not (row.purpose or row.topic_id)
            for address in row._get_blacklist_addresses(channel)
        }
        refused, allowed = set(), set()
        company_ids = self._get_company_ids() if people else []
        for who, found in self._get_current(people).items():
            said = {
                self._get_said(rows, channel) for rows in by_company(found, company_ids)
            }
            if said == {"refused"}:
                refused.add(who[2])
            elif None in said:
                # nobody else who has the address wants it on the list
                allowed.add(who[2])
        # Salespeople record consent, the blacklists belong to the system.
        lists_sudo = self.env[model_name].sudo().with_context(**{FROM_CONSENT: True})
        lists_sudo._c360_set_listed(refused, allowed - refused)

    @api.model
    def _get_company_ids(self):
        # those as well that the user may not see
        companies_sudo = self.env["res.company"].sudo()
        return list(companies_sudo._search([("active", "=", True)]))

    @api.model
    def _get_said(self, rows, channel):
        """Return ``refused``; ``shared``: another at the address did; or none."""
        decides = find_consent(rows, channel)
        if decides and decides.status == "refused":
            return "refused"
        others = (
            row
            for row in rows
            if row.who == "shared" and row.is_general and row.status == "refused"
        )
        if any(row.concerns(channel, None, None) for row in others):
            return "shared"
        return None

    def _get_blacklist_addresses(self, channel):
        """Return the addresses of the row that a channel uses."""
        self.ensure_one()
        is_email = "@" in (self.address or "")
        known = {self.address} if is_email == (channel == "email") else set()
        partner = self.partner_id
        known.add(
            partner.email_normalized if channel == "email" else partner.phone_sanitized
        )
        return known - {False, None}

    @api.model
    def _follow_blacklist(self, channels, listed, free):
        """Record what a blacklist of the host says, where that is news.

        :param channels: the channels it is about
        :param listed: addresses that stand on it
        :param free: addresses that do not, any more
        """
        people = {(None, None, address) for address in {*listed, *free}}
        current = self._get_current(people)
        company_ids = self._get_company_ids()
        vals_list = []
        for address in sorted({*listed, *free}):
            found = current.get((None, None, address), ())
            for channel in channels:
                rows_of_all = by_company(found, company_ids)
                refused = all(self._is_refused(rows, channel) for rows in rows_of_all)
                if refused != (address in listed):
                    vals_list.append(
                        {
                            "address": address,
                            "channel": channel,
                            "status": "refused" if address in listed else "unknown",
                            "source": "blacklist",
                        }
                    )
        if vals_list:
            self.with_context(**{FROM_CONSENT: True})._record(vals_list)

    @api.model
    def _is_refused(self, rows, channel):
        """Tell whether whoever spoke last of an address, himself or somebody else,
        refused everything by a channel."""
        row = max(
            (row for row in rows if row.is_general and row.channel in (None, channel)),
            key=lambda row: row.moment,
            default=None,
        )
        return bool(row and row.status == "refused")

    @api.model
    def _take_over_blacklists(self):
        """Record what the blacklists say already, when the product is installed."""
        for model_name in ("mail.blacklist", "phone.blacklist"):
            last_id = 0
            while entries := self.env[model_name].search(
                [("id", ">", last_id)], order="id", limit=TAKE_OVER_SLICE
            ):
                entries._c360_tell_consent()
                last_id = entries[-1:].id


class C360ContactBlacklistMixin(models.AbstractModel):
    """A blacklist of the host that tells the consent ledger, on every road."""

    _name = "c360.contact.blacklist.mixin"
    _description = "Blacklist Following Consent"

    # the field with the address, and the channels the list is about
    _c360_address_field = None
    _c360_channels = ()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._c360_tell_consent()
        return rows

    def write(self, vals):
        if not {"active", self._c360_address_field} & set(vals):
            return super().write(vals)
        before = set(self.mapped(self._c360_address_field))
        result = super().write(vals)
        self._c360_tell_consent(before)
        return result

    def unlink(self):
        before = set(self.mapped(self._c360_address_field))
        result = super().unlink()
        self.browse()._c360_tell_consent(before)
        return result

    def _c360_tell_consent(self, before=()):
        """Record what these entries say now.

        :param before: addresses they stood for until now
        """
        if self.env.context.get(FROM_CONSENT):
            return
        listed = set(self.filtered("active").mapped(self._c360_address_field))
        free = set(self.mapped(self._c360_address_field)) | set(before)
        self.env["c360.contact.consent"]._follow_blacklist(
            self._c360_channels, listed, free - listed
        )

    @api.model
    def _c360_set_listed(self, listed, free):
        """Put addresses on the list and take others off it, set-based."""
        if not listed and not free:
            return
        entries = self.with_context(active_test=False).search(
            [(self._c360_address_field, "in", [*listed, *free])]
        )
        known = {entry[self._c360_address_field]: entry for entry in entries}
        on = self.browse(known[key].id for key in listed if key in known)
        off = self.browse(known[key].id for key in free if key in known)
        on.filtered(lambda entry: not entry.active).write({"active": True})
        off.filtered("active").write({"active": False})
        new = [key for key in listed if key not in known and self._c360_is_valid(key)]
        if new:
            self.create([{self._c360_address_field: key} for key in new])

    @api.model
    def _c360_is_valid(self, address):
        """Tell whether the host takes such an address."""
        return bool(address)


class C360ContactMailBlacklistMixin(models.AbstractModel):
    _name = "c360.contact.mail.blacklist.mixin"
    _inherit = "c360.contact.blacklist.mixin"
    _description = "E-mail Blacklist Following Consent"

    _c360_address_field = "email"
    _c360_channels = ("email",)

    @api.model
    def _c360_is_valid(self, address):
        return bool(email_normalize(address))


class C360ContactPhoneBlacklistMixin(models.AbstractModel):
    _name = "c360.contact.phone.blacklist.mixin"
    _inherit = "c360.contact.blacklist.mixin"
    _description = "Phone Blacklist Following Consent"

    _c360_address_field = "number"
    _c360_channels = ("sms", "phone")

    @api.model
    def _c360_is_valid(self, address):
        return address.startswith("+")
