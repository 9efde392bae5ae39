"""What is written, said and answered: newsletters, mails, SMS, calls, visits."""

from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import pytz
from markupsafe import Markup

from odoo import fields

from .chapter import Chapter, table
from .wishes import IN_FORCE

# Slots of the day. The post leaves twice: when Europe has got up, and when America has.
MORNING, WRITE, LOG, REPLY, EVENING = 7, 5, 6, 9, 31
# Days before the installation on which the house wrote to everybody.
NEWSLETTERS = (
    (24, "Winter beans and a new grinder", "The winter beans have arrived."),
    (1, "What we pour at the fair", "Meet us at the fair; taste what is new."),
)
NEWSLETTER_SLOT = 8
PARAGRAPH = Markup("<p>%s</p>")
# One to one against a policy, by the phone button.
AGAINST = (
    (9, "nina", "yuqian", "chen.yuwei", "客户要求当天电话答复。"),
    (6, "sam", "clocktower", "amy", "She asked me to call about the old machine."),
)


class Contacts(Chapter):
    """The messages of the last months, and what customers answered."""

    def open(self):
        self.sent = {}
        for number, row in enumerate(table("messages")):
            days = int(row["days"])
            self.book.plan(self.clock.moment(days, WRITE), self.write_to, (number, row))
            if row["reply"]:
                moment = self.clock.moment(max(days - 1, 1), REPLY)
                self.book.plan(moment, self.reply, (number, row))
        for row in table("logged"):
            self.book.plan(self.clock.moment(int(row["days"]), LOG), self.log, row)
        for days, *call in AGAINST:
            self.book.plan(self.clock.moment(days, LOG), self.call_anyway, call)
        for days, *letter in NEWSLETTERS:
            moment = self.clock.moment(days, NEWSLETTER_SLOT)
            self.book.plan(moment, self.send_newsletter, letter)
        self.book.plan(self.clock.moment(1, LOG), self.plan_calls, *table("planned"))
        for slot in (MORNING, EVENING):
            days = {self.clock.moment(ago, slot) for ago in range(1, IN_FORCE + 40)}
            for moment in sorted(days):
                self.book.plan(moment, self.leave, moment)

    def leave(self, _moments):
        """The queues of mails and SMS, at their times of the day."""
        now = self.clock.now
        self.env["mail.mail"].search(
            [
                ("state", "=", "outgoing"),
                "|",
                ("scheduled_date", "=", False),
                ("scheduled_date", "<=", now),
            ]
        ).send()
        sms = self.env["sms.sms"]
        sms._release_due()
        sms.search([("state", "=", "outgoing")]).send()

    def close(self):
        # over the last weekend and night, too: who opens the house finds nothing
        # waiting that should have left by then
        self.clock.go(datetime.combine(self.clock.today, time.min))
        self.leave([self.clock.now])

    # ------------------------------------------------------------------ writing

    def write_to(self, messages):
        """A colleague writes to one person."""
        for number, row in messages:
            partner = self.book.contact(row)
            partner = partner.with_env(self.book.by(row["login"], tracked=True))
            values = {"contact_purpose": row["purpose"]}
            if row["reason"]:
                values["contact_override_reason"] = row["reason"]
            if row["channel"] == "sms":
                self._text(partner, row["text"], values)
            else:
                self.sent[number] = partner.message_post(
                    subject=row["subject"],
                    body=PARAGRAPH % row["text"],
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=partner.ids,
                    **values,
                )

    def _text(self, partner, text, values):
        composer = partner.env["sms.composer"].create(
            {
                "composition_mode": "comment",
                "res_model": partner._name,
                "res_id": partner.id,
                "body": text,
                **values,
            }
        )
        composer.action_send_sms()

    def send_newsletter(self, letters):
        """The manager writes to everybody who ever bought, one mail each."""
        for subject, text in letters:
            people = self.env["res.partner"].union(
                *(
                    contact
                    for customer in self.book.customers.values()
                    if customer.partner
                    for contact in list(customer.contacts.values())[:2]
                )
            )
            composer = self.book.by("mia")["mail.compose.message"].create(
                {
                    "composition_mode": "mass_mail",
                    "model": people._name,
                    "res_ids": people.ids,
                    "subject": subject,
                    "body": PARAGRAPH % text,
                    "contact_purpose": "marketing",
                    "contact_topic_id": self.env.ref(
                        "crm_customer360.contact_topic_newsletter"
                    ).id,
                }
            )
            composer.action_send_mail()

    # ---------------------------------------------------------------- answering

    def reply(self, messages):
        """The customer answers what he got, by e-mail."""
        for number, row in messages:
            answered = self.sent[number]
            touch = self.env["c360.contact.touch"].search(
                [("message_id", "=", answered.id), ("state", "=", "sent")]
            )
            if touch:
                self.env["mail.thread"].message_process(
                    False, self._get_letter(answered, touch.partner_id, row["reply"])
                )

    def _get_letter(self, answered, partner, text):
        letter = EmailMessage()
        letter["From"] = partner.email_formatted
        letter["To"] = answered.email_from
        letter["Subject"] = f"Re: {answered.subject}"
        letter["Date"] = format_datetime(pytz.utc.localize(self.clock.now))
        letter["Message-Id"] = make_msgid(
            f"{answered.id}", partner.email_normalized.partition("@")[2]
        )
        letter["In-Reply-To"] = answered.message_id
        letter.set_content(text)
        return letter.as_bytes()

    # ------------------------------------------------------------------ talking

    def log(self, rows):
        """A colleague writes down what nobody else saw."""
        for row in rows:
            env = self.book.by(row["login"])
            env["c360.contact.log"].create(
                {
                    "partner_id": self.book.contact(row).id,
                    "date": fields.Datetime.to_string(
                        self.clock.now - timedelta(minutes=30)
                    ),
                    **{
                        name: row[name]
                        for name in (
                            "channel",
                            "direction",
                            "purpose",
                            "subject",
                            "outcome",
                        )
                    },
                }
            ).action_save()

    def call_anyway(self, calls):
        """A colleague calls although a policy advises against it, and says why."""
        for login, customer, contact, reason in calls:
            partner = self.book.customers[customer].contacts[contact]
            self.book.by(login)["c360.contact.dial"].call_anyway(
                partner._name, partner.id, partner.phone, reason
            )

    def plan_calls(self, rows):
        """Calls of the coming days."""
        for row in rows:
            partner = self.book.contact(row)
            partner.with_env(self.book.by(row["login"])).activity_schedule(
                "mail.mail_activity_data_call",
                summary=row["summary"],
                user_id=self.book.users[row["login"]],
                date_deadline=self.clock.today + timedelta(days=int(row["ahead"])),
            )
