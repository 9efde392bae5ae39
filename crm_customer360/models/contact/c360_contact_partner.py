from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, format_duration

from ...tools.contact_consent import find_consent
from .c360_contact_consent import REFUSABLE_PURPOSES
from .c360_contact_link_page import PAGE_CHANNELS

ROLES = (
    "crm_customer360.group_user,crm_customer360.group_care,"
    "crm_customer360.group_service,crm_customer360.group_analyst"
)
TONES = {"given": "success", "refused": "danger", "unknown": "secondary"}


class C360ContactPartnerMixin(models.AbstractModel):
    """What a contact said about being contacted, on his own form."""

    _name = "c360.contact.partner.mixin"
    _description = "Contact with Consent"

    c360_consent_ids = fields.One2many(
        comodel_name="c360.contact.consent",
        inverse_name="partner_id",
        string="Consent History",
        groups=ROLES,
    )
    c360_preference_ids = fields.One2many(
        comodel_name="c360.contact.preference",
        inverse_name="partner_id",
        string="Preference History",
        groups=ROLES,
    )
    c360_consent_summary = fields.Html(
        string="Consent Today",
        compute="_compute_c360_consent_summary",
        sanitize=False,
        groups=ROLES,
    )

    @api.depends("c360_consent_ids", "c360_preference_ids", "email", "phone")
    @api.depends_context("lang", "company")
    def _compute_c360_consent_summary(self):
        self.c360_consent_summary = False
        known = self.filtered("id")
        if not known or not self.env["c360.contact.gate"]._is_used():
            return
        # What the gate says to every sender; the history behind it has its own rights.
        consents_sudo = self.env["c360.contact.consent"].sudo()
        people = {
            partner: [
                (partner.id, partner.commercial_partner_id.id, address or None)
                for address in (partner.email_normalized, partner.phone_sanitized)
            ]
            for partner in known
        }
        said = consents_sudo._get_current(
            [who for found in people.values() for who in found]
        )
        wishes = self.env["c360.contact.preference"]._get_current(known.ids, [])
        for partner, (by_email, by_phone) in people.items():
            rows = {
                "email": self._c360_keep_company(said[by_email]),
                "sms": self._c360_keep_company(said[by_phone]),
            }
            wish = wishes.filtered(
                lambda row, partner=partner: (
                    row.partner_id == partner and row.company_id == self.env.company
                )
            )[-1:]
            partner.c360_consent_summary = self.env["ir.qweb"]._render(
                "crm_customer360.contact_consent_summary",
                {
                    "purposes": self._c360_get_purposes(rows),
                    "wishes": self._c360_get_wishes(wish),
                },
            )

    @api.model
    def _c360_keep_company(self, found):
        companies = (None, self.env.company.id)
        return [row for company_id, row in found if company_id in companies]

    @api.model
    def _c360_get_purposes(self, rows_by_channel):
        """Return of each purpose what holds by which channel, in words."""
        labels = self.env["c360.contact.consent"]._fields
        purposes = dict(labels["purpose"]._description_selection(self.env))
        rules = self.env["c360.contact.purpose"]._get_rules()
        result = []
        for code, _label in REFUSABLE_PURPOSES:
            by_status = defaultdict(list)
            for channel in PAGE_CHANNELS:
                rows = rows_by_channel["email" if channel == "email" else "sms"]
                row = find_consent(rows, channel, code)
                by_status[row.status if row else "unknown"].append((channel, row))
            result.append(
                {
                    "name": purposes[code],
                    "needs_consent": rules[code].needs_consent,
                    "badges": [
                        {
                            "tone": TONES[status],
                            "text": self._c360_get_status_words(
                                status, found, len(by_status) == 1
                            ),
                        }
                        for status, found in by_status.items()
                    ],
                }
            )
        return result

    @api.model
    def _c360_get_status_words(self, status, found, is_everywhere):
        """Say what holds by some channels.

        :param found: pairs of a channel and the row that decides about it
        :param bool is_everywhere: these are all channels, they need no naming
        """
        channels = dict(
            self.env["c360.contact.consent"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        dates = [row.date for _channel, row in found if row]
        words = {
            "channels": ", ".join(channels[channel] for channel, _row in found),
            "date": format_date(self.env, max(dates)) if dates else "",
        }
        if status == "unknown":
            if is_everywhere:
                return self.env._("Not asked")
            return self.env._("Not asked: %(channels)s", **words)
        if status == "given":
            if is_everywhere:
                return self.env._("Agreed on %(date)s", **words)
            return self.env._("Agreed on %(date)s: %(channels)s", **words)
        if is_everywhere:
            return self.env._("Refused on %(date)s", **words)
        return self.env._("Refused on %(date)s: %(channels)s", **words)

    @api.model
    def _c360_get_wishes(self, wish, at=None):
        """Return what a person wishes, as pairs of a label and words.

        :param at: pauses that are over by then are left out; none: now
        """
        if not wish:
            return []
        # Whoever may see the contact, may know how he wants to be contacted.
        wish_sudo = wish.with_env(self.env).sudo()
        labels = {
            name: dict(wish_sudo._fields[name]._description_selection(self.env))
            for name in ("preferred_channel", "limit_unit")
        }
        found = []
        if wish_sudo.pause_until and wish_sudo.pause_until > (
            at or fields.Datetime.now()
        ):
            pause = format_datetime(self.env, wish_sudo.pause_until, dt_format="short")
            found.append((self.env._("Nothing until"), pause))
        if wish_sudo.preferred_channel:
            channel = labels["preferred_channel"][wish_sudo.preferred_channel]
            found.append((self.env._("Best of all by"), channel))
        if wish_sudo.limit_count:
            often = self.env._(
                "%(count)s %(period)s",
                count=wish_sudo.limit_count,
                period=labels["limit_unit"][wish_sudo.limit_unit],
            )
            found.append((self.env._("At most"), often))
        if wish_sudo.hour_from != wish_sudo.hour_to:
            hours = self.env._(
                "%(begin)s to %(end)s",
                begin=format_duration(wish_sudo.hour_from),
                end=format_duration(wish_sudo.hour_to),
            )
            found.append((self.env._("Reachable"), hours))
        return found
