from datetime import datetime, time

import pytz

from odoo import api, fields, models

from ...tools.contact_consent import find_consent

# What a private person is reached by.
PAGE_CHANNELS = ("email", "sms", "phone", "letter")
WISHES = (
    "preferred_channel",
    "hour_from",
    "hour_to",
    "pause_until",
    "limit_count",
    "limit_unit",
)

# Fields of the page, and the wishes each of them stands for.
SHOWN_WISHES = {
    "preferred_channel": ("preferred_channel",),
    "limit_unit": ("limit_count", "limit_unit"),
    "hour_from": ("hour_from",),
    "hour_to": ("hour_to",),
    "pause_until": ("pause_until",),
}


class C360ContactLink(models.AbstractModel):
    """What the customer's page shows, and what becomes of his answers."""

    _inherit = "c360.contact.link"

    # --------------------------------------------------------------------- show

    @api.model
    def _prepare_page(self, link):
        """Return what the page shows: plain values, in the language of ``self``."""
        rows = self._get_rows(link)
        stop = find_consent(rows)
        refusals = self._get_refusals(link, rows)
        channels = dict(
            self.env["c360.contact.consent"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        wish = self._get_wish(link)
        tz = self._get_tz(link)
        pause = wish.pause_until
        if pause and pause <= fields.Datetime.now():
            pause = False
        return {
            "name": link.partner.name or "",
            "address": link.address or link.partner.email_normalized or "",
            "company_name": link.company.name,
            "company_id": link.company.id,
            "is_stopped": bool(stop and stop.status == "refused"),
            "subject": ""
            if self._get_one_click_scope(link) in [row["scope"] for row in refusals]
            else self._get_subject_words(link),
            "topics": [
                {
                    "key": f"topic_{topic.id}",
                    "name": topic.name,
                    "description": topic.description or "",
                    "status": self._get_said(rows, topic_id=topic.id),
                }
                for topic in self._get_topics(link)
            ],
            "channels": [
                {
                    "key": f"channel_{channel}",
                    "name": channels[channel],
                    "description": "",
                    "status": self._get_said(rows, channel=channel),
                }
                for channel in PAGE_CHANNELS
            ],
            "refusals": refusals,
            "preferred_channel": wish.preferred_channel
            if wish.preferred_channel in PAGE_CHANNELS
            else "",
            "limit_unit": (wish.limit_count and wish.limit_unit) or "",
            "hour_from": int(wish.hour_from),
            "hour_to": int(wish.hour_to),
            "pause_until": self._localize(pause, tz).date().isoformat()
            if pause
            else "",
        }

    @api.model
    def _get_rows(self, link):
        """Return what the person, or somebody of his address, says today."""
        who = (link.partner.id or None, None, link.address)
        found = self.env["c360.contact.consent"]._get_current([who]).get(who, ())
        return [
            row for company_id, row in found if company_id in (None, link.company.id)
        ]

    @api.model
    def _get_said(self, rows, channel=None, topic_id=None):
        """Return given, refused or unknown; of this very channel or topic."""
        rows = [
            row
            for row in rows
            if row.channel == channel and row.topic_id == topic_id and not row.purpose
        ]
        row = find_consent(rows, channel, None, topic_id)
        return row.status if row else "unknown"

    @api.model
    def _get_topics(self, link):
        # He is nobody in the system; public topics are for everybody to read.
        topics_sudo = self.env["c360.contact.topic"].sudo()
        return topics_sudo.search(
            [
                ("is_public", "=", True),
                ("company_id", "in", [link.company.id, False]),
            ]
        )

    @api.model
    def _get_wish(self, link):
        preferences = self.env["c360.contact.preference"]._get_current(
            link.partner.ids, [link.address] if link.address else []
        )
        rows = preferences.filtered(lambda row: row.company_id == link.company)
        return (rows.filtered("partner_id") or rows)[-1:]

    @api.model
    def _get_subject_words(self, link):
        """Name what the message was about that the link came with."""
        if link.topic:
            # He was written to about it, so he may read its name.
            topic_sudo = link.topic.with_env(self.env).sudo()
            return topic_sudo.name
        purposes = dict(
            self.env["c360.contact.consent"]
            ._fields["purpose"]
            ._description_selection(self.env)
        )
        return purposes.get(link.purpose, "")

    @api.model
    def _get_tz(self, link):
        gate = self.env["c360.contact.gate"]
        return pytz.timezone(gate._get_tz(link.partner.tz, link.company.id))

    @api.model
    def _localize(self, moment, tz):
        return pytz.utc.localize(moment).astimezone(tz)

    # --------------------------------------------------------------------- save

    @api.model
    def _stop(self, link, proof):
        """He wants to hear nothing any more, but what he needs."""
        self._record_words(link, [{"status": "refused"}], proof)

    @api.model
    def _allow(self, link, proof):
        """He takes back that he wants to hear nothing; the rest holds again."""
        self._record_words(link, [{"status": "unknown"}], proof)

    @api.model
    def _unsubscribe(self, link, proof):
        """One click in his mail program: no more of this topic, or purpose."""
        scope = self._get_one_click_scope(link)
        self._record_words(link, [{"status": "refused", **scope}], proof)

    @api.model
    def _get_one_click_scope(self, link):
        """Return the columns of what one click refuses."""
        about = {"topic_id": link.topic.id} if link.topic else {"purpose": link.purpose}
        return {"channel": "email", **about}

    @api.model
    def _save(self, link, form, proof):
        """Record what he changed, and nothing else.

        :param dict form: what his browser sent; unknown fields and values are ignored
        :param str proof: how we know that it was he
        """
        page = self._prepare_page(link)
        words = []
        for scope, entries in (("topic_id", "topics"), ("channel", "channels")):
            for entry in page[entries]:
                status = form.get(entry["key"])
                if status in ("given", "refused") and status != entry["status"]:
                    code = entry["key"].partition("_")[2]
                    words.append(
                        {
                            "status": status,
                            scope: int(code) if scope == "topic_id" else code,
                        }
                    )
        words += [
            # he hears of it again: said of the same, his consent outweighs the refusal
            {"status": "given", **entry["scope"]}
            for entry in page["refusals"]
            if form.get(entry["key"]) == "given"
        ]
        self._record_words(link, words, proof)
        current = self._get_wish(link)
        wish = self._parse_wish(link, form)
        for shown, names in SHOWN_WISHES.items():
            # the page shows less than staff can record: untouched, it stays
            if form.get(shown, "") == str(page[shown]):
                wish.update({name: current[name] for name in names})
        if any((wish[name] or False) != (current[name] or False) for name in WISHES):
            self.env["c360.contact.preference"]._record(
                [{**wish, **self._get_signature(link, proof)}]
            )

    @api.model
    def _record_words(self, link, words, proof):
        if words:
            signature = self._get_signature(link, proof)
            self.env["c360.contact.consent"]._record(
                [{**signature, **said} for said in words]
            )

    @api.model
    def _get_signature(self, link, proof):
        return {
            "partner_id": link.partner.id,
            "address": link.address or link.partner.email_normalized,
            "company_id": link.company.id,
            "source": "customer",
            "proof": proof,
            # nobody of ours
            "user_id": False,
        }

    @api.model
    def _parse_wish(self, link, form):
        """Return the wishes of a form; what makes no sense is no wish."""
        preferences = self.env["c360.contact.preference"]
        units = dict(preferences._fields["limit_unit"].selection)
        unit = form.get("limit_unit")
        channel = form.get("preferred_channel")
        hours = [self._parse_hour(form.get(name)) for name in ("hour_from", "hour_to")]
        return {
            "preferred_channel": channel if channel in PAGE_CHANNELS else False,
            "hour_from": hours[0] if None not in hours else 0.0,
            "hour_to": hours[1] if None not in hours else 0.0,
            "pause_until": self._parse_day(link, form.get("pause_until")),
            "limit_count": 1 if unit in units else 0,
            "limit_unit": unit if unit in units else False,
        }

    @api.model
    def _parse_hour(self, text):
        text = (text or "")[:3]
        return float(text) if text.isdecimal() and int(text) <= 24 else None

    @api.model
    def _parse_day(self, link, text):
        """Return the moment (UTC) a day begins for him; no day to come: ``False``."""
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            return False
        if not day:
            return False
        tz = self._get_tz(link)
        try:
            moment = tz.localize(datetime.combine(day, time.min)).astimezone(pytz.utc)
        except OverflowError:
            # the first or the last day there is, elsewhere
            return False
        moment = moment.replace(tzinfo=None)
        return moment if moment > fields.Datetime.now() else False
