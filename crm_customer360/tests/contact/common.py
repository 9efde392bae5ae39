from odoo import Command

from ..common import Customer360Common

# the address of the buyer
EMAIL = "berta@timber.example"


class ContactCommon(Customer360Common):
    """No policy but the test's own, and verbs to contact people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.contact.policy"].search([]).active = False
        cls.gate = cls.env["c360.contact.gate"]

    @classmethod
    def _create_policy(cls, limit=2, days=7, purposes=("care", "marketing"), **values):
        return cls.env["c360.contact.policy"].create(
            {
                "name": f"{limit} in {days} days",
                "channel": "email",
                "limit_count": limit,
                "period_count": days,
                "period_unit": "day",
                "purpose_ids": [
                    Command.set(
                        cls.env["c360.contact.purpose"]
                        .search([("code", "in", purposes)])
                        .ids
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _create_mail(cls, partners, purpose="care", **values):
        return cls.env["mail.mail"].create(
            {
                "subject": "How are you?",
                "body_html": "<p>How are you?</p>",
                "email_from": "care@company.example",
                "recipient_ids": [Command.set(partners.ids)],
                "contact_purpose": purpose,
                **values,
            }
        )

    @classmethod
    def _get_touches(cls, partners):
        return cls.env["c360.contact.touch"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )

    @classmethod
    def _reserve(cls, partners, purpose="care", **arguments):
        return cls.gate._reserve(partners, "email", purpose, **arguments)


class ContactLinkCommon(ContactCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.env["c360.contact.link"]
        cls.consents = cls.env["c360.contact.consent"]
        cls.topic = cls.env.ref("crm_customer360.contact_topic_newsletter")

    def _sign(self, partner=None, address=EMAIL, purpose="marketing", topic=None):
        partner = self.buyer if partner is None else partner
        return self.links._sign(partner, address, self.company, purpose, topic)

    def _decide(self, purpose="marketing", channel="email"):
        return self.gate.check(self.buyer.ids, channel, purpose)[0]["decision"]
