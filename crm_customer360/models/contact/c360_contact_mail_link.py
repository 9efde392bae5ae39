from markupsafe import Markup

from odoo import models
from odoo.tools.mail import append_content_to_html
from odoo.tools.urls import urljoin

from .c360_contact_mail import MailRecipient


class C360ContactMailLinkMixin(models.AbstractModel):
    """Every e-mail a customer may refuse carries the way to do so.

    A line at its end leads to his page; the headers let his mail program unsubscribe
    with one click (RFC 8058). Colleagues get neither, nor do messages he needs.
    """

    _name = "c360.contact.mail.link.mixin"
    _description = "E-mail with a Link to the Contact Preferences"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        purpose = self._get_contact_purpose()
        if not self.env["c360.contact.gate"]._is_refusable(purpose):
            return emails
        # Everybody's mails pass here, whoever sends.
        mail_sudo = self.sudo()
        customers = mail_sudo._get_customers()
        for email in emails:
            partner = email["partner_id"] or mail_sudo.env["res.partner"]
            addresses = email["email_to_normalized"]
            # a link is for one person
            if len(email["email_to"]) != 1 or not addresses:
                continue
            if addresses[0] in customers:
                who = customers[addresses[0]]
                who = who._replace(partner=partner or who.partner)
                mail_sudo._add_contact_link(email, who, purpose)
        return emails

    def _get_customers(self):
        """Return the :class:`MailRecipient` of every address outside the company."""
        booking = self._find_booking()
        if not booking:
            return {who.address: who for who in self._get_contact_recipients()}
        partners, companies = self.env["res.partner"], self.env["res.company"]
        people, _touch_ids = booking
        return {
            address: MailRecipient(
                self, partners.browse(partner_id), address, companies.browse(company_id)
            )
            for address, (partner_id, company_id) in people.items()
        }

    def _add_contact_link(self, email, who, purpose):
        """Add the link to what is about to leave for one recipient.

        :param who: :class:`MailRecipient`
        :param dict email: see :meth:`_prepare_outgoing_list`; changed
        """
        links = self.env["c360.contact.link"]
        token = links._sign(
            who.partner, who.address, who.company, purpose, self.contact_topic_id
        )
        page, unsubscribe = (
            urljoin(self.get_base_url(), path) for path in links._get_paths(token)
        )
        text = self.with_context(lang=who.partner.lang or self.env.lang).env._(
            "Choose what you hear from us, or stop it"
        )
        email["body"] = append_content_to_html(
            email["body"],
            Markup(
                '<p style="margin:24px 0 8px;font-size:12px;color:#6c757d;'
                'text-align:center"><a href="%s" style="color:#6c757d">%s</a></p>'
            )
            % (page, text),
            plaintext=False,
        )
        email["body_alternative"] = f"{email['body_alternative']}\n\n{text}: {page}\n"
        # Each recipient gets headers of his own. A mailing has its own way out.
        if "List-Unsubscribe" not in email["headers"]:
            email["headers"] = {
                **email["headers"],
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
