import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.tools.mail import email_normalize, email_split_and_format_normalize

from .c360_contact_touch_log import get_plain_words

_logger = logging.getLogger(__name__)


class C360ContactTouch(models.Model):
    """What customers send us, tied to what it answers.

    Incoming rows never count against a limit. They are ``sent`` by the customer.
    """

    _inherit = "c360.contact.touch"

    @api.model
    def _is_from_outside(self, author_id, message_type):
        """Tell whether a message posted now comes from outside the company.

        Needs no query for what colleagues and the system write.

        :param author_id: id of the author's contact, if there is one
        :param str message_type: see ``mail.message``
        """
        if message_type not in ("email", "comment"):
            return False
        if author_id == self.env.user.partner_id.id:
            return self.env.user.share
        if not author_id:
            # the public never comments without a name; mail of unknown addresses
            return message_type == "email"
        # everybody's message passes here, whoever posts it
        author_sudo = self.env["res.partner"].sudo().browse(author_id)
        return author_sudo.partner_share

    @api.model
    def _log_received(self, message, values):
        """Book a message of a customer; it is never lost for the ledger's sake.

        :param message: see :meth:`_log_message`
        :param dict values: see :meth:`_log_message`
        """
        try:
            with self.env.cr.savepoint():
                return self._log_message(message, values)
        except OperationalError:
            # the database wants the transaction run again
            raise
        except Exception:
            _logger.exception("%s is missing on the contact ledger", message)
            return self.browse()

    @api.model
    def _log_bounce(self, message, address, partners, text):
        """Let mails that came back end as failed.

        :param message: the ``mail.message`` that came back
        :param str address: to whom it could not be delivered, normalised
        :param partners: the contacts known by the address
        :param str text: what the other server wrote, HTML
        """
        if not message or not (address or partners):
            return
        # The ledger belongs to the system, whoever fetches the mail.
        touches_sudo = self.sudo().search(
            [
                ("message_id", "in", message.ids),
                ("direction", "=", "out"),
                ("channel", "=", "email"),
                ("state", "in", ("reserved", "sent")),
                "|",
                ("partner_id", "in", partners.ids if partners else []),
                ("address", "=", address or ""),
            ]
        )
        if touches_sudo:
            touches_sudo._move(
                "failed",
                reason=get_plain_words(text) or self.env._("The e-mail came back."),
            )

    @api.model
    def _log_message(self, message, values):
        """Book a message of a customer.

        :param message: the posted ``mail.message``
        :param dict values: its values, as the host's hook after posting has them
        """
        partner_id = values.get("author_id") or False
        [address] = email_split_and_format_normalize(values.get("email_from") or "")[
            :1
        ] or [""]
        source = (values["model"], values["res_id"])
        answered = self._find_answered(
            source, partner_id, email_normalize(address), values.get("parent_id")
        )
        return self._log(
            [
                {
                    "direction": "in",
                    "channel": "email" if message.message_type == "email" else "other",
                    "purpose": answered.purpose or "service",
                    "purpose_source": "system",
                    "partner_id": partner_id,
                    "address": email_normalize(address) or False,
                    "subject": message.subject or message.record_name,
                    "outcome": get_plain_words(message.body),
                    "date": message.date,
                    "message_id": message.id,
                    "source_model": source[0],
                    "source_id": source[1],
                    "answer_to_id": answered.id,
                    "user_id": False,
                    "company_id": self._get_incoming_company(
                        source, partner_id, answered
                    ).id,
                }
            ]
        )

    @api.model
    def _get_incoming_company(self, source, partner_id, answered):
        """Return the company a message is for: the document's, else the one he answers.

        The host's own guess, of documents without one, is the company of who fetches
        the mail.
        """
        # a customer's message, whoever fetches it
        document_sudo = self.env[source[0]].sudo().browse(source[1])
        partner_sudo = self.env["res.partner"].sudo().browse(partner_id or ())
        return (
            document_sudo._mail_get_companies()[source[1]]
            or answered.company_id
            or partner_sudo.company_id
            or self.env.company
        )

    @api.model
    def _find_answered(self, source, partner_id, address, parent_id=None):
        """Return what a customer answers: the message he replied to, or the last one
        he got about the same document.

        Of an address several people share, rather his own than another's.
        """
        if not (partner_id or address):
            return self.browse()
        who = [("partner_id", "=", partner_id)] if partner_id else []
        if partner_id and address:
            who = ["|", *who, ("address", "=", address)]
        elif address:
            who = [("address", "=", address)]
        # The ledger is the system's to search, whoever posts.
        touches_sudo = self.sudo().search(
            [
                ("direction", "=", "out"),
                ("state", "in", ("sent", "answered")),
                ("channel", "in", ("email", "sms")),
                ("source_model", "=", source[0]),
                ("source_id", "=", source[1]),
                *who,
            ],
            limit=20,
        )
        replied = touches_sudo.filtered(
            lambda touch: touch.message_id.id == (parent_id or -1)
        )
        found = replied or touches_sudo
        own = found.filtered(lambda touch: touch.partner_id.id == (partner_id or -1))
        return (own or found)[:1]
