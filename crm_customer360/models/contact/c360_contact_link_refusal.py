from collections import defaultdict

from odoo import api, models

from ...tools.contact_consent import find_consent
from .c360_contact_link_page import PAGE_CHANNELS


class C360ContactLink(models.AbstractModel):
    """What he refused elsewhere, for instance with one click in his mail program."""

    _inherit = "c360.contact.link"

    @api.model
    def _get_refusals(self, link, rows):
        """Return what he refused and no topic or channel of the page shows.

        One click in his mail program refuses a purpose, or a topic by e-mail.
        """
        shown = [(None, None, topic.id) for topic in self._get_topics(link)]
        shown += [(channel, None, None) for channel in PAGE_CHANNELS]
        by_scope = defaultdict(list)
        for row in rows:
            by_scope[row.channel, row.purpose, row.topic_id].append(row)
        # He is nobody in the system: his own words are for him to read.
        consents_sudo = self.env["c360.contact.consent"].sudo()
        refusals = []
        for scope, said in by_scope.items():
            row = find_consent(said, *scope)
            if not any(scope) or scope in shown or not row or row.status == "given":
                continue
            consent_sudo = consents_sudo.browse(row.row_id)
            topic_sudo = consent_sudo.topic_id
            if topic_sudo and not topic_sudo.is_public and topic_sudo != link.topic:
                # kept inside
                continue
            names = dict(zip(("channel", "purpose", "topic_id"), scope, strict=True))
            refusals.append(
                {
                    "key": "refusal_{channel}_{purpose}_{topic_id}".format(**names),
                    "name": consent_sudo.scope,
                    "description": "",
                    "status": row.status,
                    "scope": {name: value for name, value in names.items() if value},
                }
            )
        return sorted(refusals, key=lambda entry: entry["key"])
