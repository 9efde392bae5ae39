"""When customers may be contacted: what the house decides, and what they say."""

from datetime import datetime, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command

from .chapter import Chapter, table
from .people import TIMEZONE

# Days before the installation on which the care officer puts the policies in force.
IN_FORCE = 45
DECIDE, SAY = 1, 6
# What her policies say; the night rest is an example of the product, restored.
POLICIES = (
    {
        "name": "Nothing while an invoice is overdue by 30 days",
        "kind": "stop",
        "stop_kind": "overdue",
        "stop_days": 30,
    },
    {
        "name": "Four contacts a week for the whole customer",
        "kind": "limit",
        "scope": "customer",
        "limit_count": 4,
        "period_count": 7,
        "period_unit": "day",
    },
    {
        "name": "Nothing to addresses that bounce",
        "kind": "stop",
        "stop_kind": "dead_address",
        "stop_count": 1,
        "channel": "email",
    },
)
PROOF = "On the page of his link, without a login."


class Wishes(Chapter):
    """The policies of the care officer, then consent and wishes as they come in."""

    def open(self):
        self._set_clocks()
        self.book.plan(self.clock.moment(IN_FORCE, DECIDE), self.decide, IN_FORCE)
        for name, action in (
            ("consents", self.consent),
            ("preferences", self.prefer),
            ("pages", self.open_page),
        ):
            for row in table(name):
                moment = self.clock.moment(int(row["days"]), SAY)
                self.book.plan(moment, action, row)

    def _set_clocks(self):
        """Nights are nights in Hong Kong, for whom no other clock is known."""
        calendar = self.env.company.resource_calendar_id
        calendar.write({"name": "Hong Kong, 40 hours a week", "tz": TIMEZONE})
        zone = pytz.timezone(TIMEZONE)
        year = self.clock.today.year
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": row["name"],
                    "calendar_id": calendar.id,
                    "date_from": self._to_utc(zone, day),
                    # to the last second: days off that touch count as overlapping
                    "date_to": self._to_utc(zone, day + timedelta(days=1, seconds=-1)),
                }
                for row in table("holidays")
                for day in (
                    datetime(year + ahead, int(row["month"]), int(row["day"]))
                    for ahead in (-1, 0, 1)
                )
            ]
        )

    def _to_utc(self, zone, moment):
        return zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)

    def decide(self, _days):
        """The care officer writes her policies."""
        env = self.book.by("cora")
        purposes = env["c360.contact.purpose"].search(
            [("code", "in", ("care", "sales", "marketing"))]
        )
        env["c360.contact.policy"].create(
            [
                {**policy, "purpose_ids": [Command.set(purposes.ids)]}
                for policy in POLICIES
            ]
        )
        night = self.env.ref("crm_customer360.contact_policy_night").with_env(env)
        night.write(
            {"active": True, "calendar_id": self.env.company.resource_calendar_id.id}
        )

    def consent(self, rows):
        """People say yes or no, at a fair, on the phone, in an e-mail."""
        for row in rows:
            topic = row["topic"]
            self.book.by(row["login"])["c360.contact.consent"]._record(
                [
                    {
                        "partner_id": self.book.contact(row).id,
                        "status": row["status"],
                        "channel": row["channel"] or False,
                        "purpose": row["purpose"] or False,
                        "topic_id": topic and self.topic(topic).id,
                        "source": row["source"],
                        "proof": row["proof"],
                    }
                ]
            )

    def prefer(self, rows):
        """A colleague writes down how somebody wants to be contacted."""
        for row in rows:
            env = self.book.by(row["login"])
            env["c360.contact.preference.record"].create(
                {
                    "partner_id": self.book.contact(row).id,
                    "preferred_channel": row["channel"],
                    "hour_from": float(row["hour_from"] or 0),
                    "hour_to": float(row["hour_to"] or 0),
                    "limit_count": int(row["count"] or 0),
                    "limit_unit": row["unit"] or False,
                    "proof": row["proof"],
                }
            ).action_record()

    def open_page(self, rows):
        """A customer follows the link of a message and says what he wants."""
        links = self.env["c360.contact.link"]
        for row in rows:
            partner = self.book.contact(row)
            link = links._read(
                links._sign(
                    partner,
                    partner.email_normalized,
                    self.env.company,
                    "marketing",
                    self.topic("newsletter"),
                )
            )
            if row["wish"] == "nothing":
                links._stop(link, PROOF)
            elif row["wish"] == "no newsletter":
                links._unsubscribe(link, "One click in his mail program.")
            elif row["wish"] == "once a month":
                links._save(link, {"limit_unit": "month"}, PROOF)
            else:
                # away until the end of the month that is coming
                back = self.clock.today + relativedelta(months=1, day=1)
                form = {"pause_until": fields.Date.to_string(back)}
                links._save(link, form, PROOF)

    def topic(self, name):
        return self.env.ref(f"crm_customer360.contact_topic_{name}")
