from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_customer360.models.contact.c360_contact_history import (
    HistorySource,
)


class C360ContactHistory(models.Model):
    _inherit = "c360.contact.history"

    @api.model
    def _get_history_sources(self):
        return [
            HistorySource(
                "mailing_sms",
                self.env._("Text message mailings"),
                "mailing_trace",
                self._select_mailing_texts,
            ),
            *super()._get_history_sources(),
        ]

    @api.model
    def _select_mailing_texts(self, after, until):
        """Text messages of mailings; see ``HISTORY_COLUMNS``."""
        return self._select_traces(
            SQL("trace.trace_type = 'sms'"),
            "sms",
            SQL("trace.sms_number"),
            SQL("phone_sanitized"),
            after,
            until,
        )
