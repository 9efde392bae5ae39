from collections import defaultdict

from odoo import models


class C360ContactEdgeMixin(models.AbstractModel):
    """Which company writes: its limits, its consents, its ledger.

    Not the company of the queue, which sends for all of them.
    """

    _inherit = "c360.contact.edge.mixin"

    def _get_contact_companies(self):
        """Return the company of each message: ``{message: company}``.

        The one the message names, else its document's, else its sender's. A fixed
        number of queries for each kind of document.
        """
        companies, about = {}, defaultdict(list)
        for message in self:
            companies[message] = message._get_named_company()
            if not companies[message]:
                model, res_id = message._get_contact_document()
                about[model].append((message, res_id))
        for model, found in about.items():
            of_documents = self._get_document_companies(
                model, [res_id for _message, res_id in found]
            )
            for message, res_id in found:
                companies[message] = (
                    of_documents.get(res_id) or message._get_sender_company()
                )
        return companies

    def _get_document_companies(self, model, res_ids):
        if model == self._name or model not in self.env or self.env[model]._abstract:
            return {}
        # Everybody's messages pass here, whoever may read their documents.
        documents_sudo = self.env[model].sudo().browse(set(res_ids) - {False})
        return documents_sudo.exists()._mail_get_companies()

    def _get_named_company(self):
        """Return the company the message itself is of, if it says so."""
        self.ensure_one()
        return self.record_company_id

    def _get_contact_sender(self):
        """Return the user who writes: the author, else who made the message."""
        self.ensure_one()
        users = self._get_contact_author().user_ids
        return users.filtered(lambda user: not user.share)[:1] or self.create_uid

    def _get_contact_author(self):
        return self.author_id

    def _get_sender_company(self):
        """Return the company the sender is in, his own where somebody else sends."""
        sender = self._get_contact_sender()
        if not sender or sender == self.env.user:
            return self.env.company
        return sender.company_id
