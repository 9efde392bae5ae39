from odoo import Command

from ..common import Customer360Common


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
