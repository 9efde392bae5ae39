from typing import NamedTuple

from odoo import api, models
from odoo.tools import hash_sign, verify_hash_signed

SIGNATURE_SCOPE = "crm_customer360-contact-link"


class ContactLink(NamedTuple):
    """What a signed link says: whose page it opens, and from which message.

    :ivar partner: the contact, if he is known and still there
    :ivar address: the address the message went to
    """

    partner: models.BaseModel
    address: str | None
    company: models.BaseModel
    purpose: str | None
    topic: models.BaseModel


class C360ContactLink(models.AbstractModel):
    """The link in a message to the page where a customer says what he wants.

    Signed with the secret of the database: nobody can make one up or walk from one
    customer to the next, and nobody needs a login.
    """

    _name = "c360.contact.link"
    _description = "Link to the Contact Preferences"

    @api.model
    def _sign(self, partner, address, company, purpose=None, topic=None):
        """Return the token of a person's page.

        :param partner: the contact; may be empty where there is an address
        :param str address: the address the message goes to
        :param company: who writes
        :param str purpose: of the message; a click refuses it
        :param topic: of the message; a click refuses it rather than the purpose
        """
        # The secret of the database belongs to the system.
        env_sudo = self.env(su=True)
        return hash_sign(
            env_sudo,
            SIGNATURE_SCOPE,
            [
                partner.id or None,
                address or None,
                company.id,
                purpose or None,
                topic.id if topic else None,
            ],
        )

    @api.model
    def _read(self, token):
        """Return the :class:`ContactLink` of a token, ``None`` if it is not ours."""
        # The secret, and the person behind the link, whoever opens it.
        env_sudo = self.env(su=True)
        try:
            values = verify_hash_signed(env_sudo, SIGNATURE_SCOPE, token)
        except (ValueError, IndexError, AttributeError):
            # what cannot even be decoded: cut off, mistyped, made up
            return None
        if not values:
            return None
        partner_id, address, company_id, purpose, topic_id = values
        link = ContactLink(
            env_sudo["res.partner"].browse(partner_id).exists(),
            address,
            env_sudo["res.company"].browse(company_id).exists(),
            purpose,
            env_sudo["c360.contact.topic"].browse(topic_id).exists(),
        )
        return link if link.company and (link.partner or link.address) else None

    @api.model
    def _get_paths(self, token):
        """Return the paths of the page and of unsubscribing with one click."""
        return f"/contact/preferences/{token}", f"/contact/unsubscribe/{token}"
