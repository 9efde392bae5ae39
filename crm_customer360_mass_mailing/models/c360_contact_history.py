from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_customer360.models.contact.c360_contact_history import (
    HistorySource,
)


class C360ContactHistory(models.Model):
    """The mailings of the past: their traces outlive the mails."""

    _inherit = "c360.contact.history"

    @api.model
    def _get_history_sources(self):
        # first: a trace knows that it was marketing
        return [
            HistorySource(
                "mailing",
                self.env._("Mailings"),
                "mailing_trace",
                self._select_mailings,
            ),
            *super()._get_history_sources(),
        ]

    @api.model
    def _select_mailings(self, after, until):
        """E-mails of mailings; see ``HISTORY_COLUMNS``."""
        return self._select_traces(
            SQL("trace.trace_type = 'mail'"),
            "email",
            SQL("trace.email"),
            SQL("email_normalized"),
            after,
            until,
        )

    @api.model
    def _select_traces(self, condition, channel, address, partner_column, after, until):
        """Return the query of traces that were sent, in the order of the ledger's past.

        Not of those the ledger booked itself: it has a contact at that address in the
        hour of the trace. An address belongs to the first active partner who has it.

        :param SQL condition: of the traces
        :param str channel: email or sms
        :param SQL address: where a trace says it went
        :param SQL partner_column: where a partner has such an address
        """
        # One company only: everything was its own.
        # Is there a second one, whoever may see it?
        companies_sudo = self.env["res.company"].sudo().search([], limit=2)
        return SQL(
            """
            SELECT person.id, person.name, person.commercial_partner_id, %(address)s,
                   %(channel)s, mailing.contact_purpose, 'out', trace.sent_datetime,
                   mailing.subject, trace.model, trace.res_id, message.id,
                   mailing.user_id, COALESCE(person.company_id, %(company_id)s),
                   CASE trace.trace_status
                        WHEN 'bounce' THEN 'failed'
                        WHEN 'error' THEN 'failed'
                        WHEN 'reply' THEN 'answered'
                        ELSE 'sent' END,
                   trace.failure_reason
              FROM mailing_trace AS trace
              JOIN mailing_mailing AS mailing ON mailing.id = trace.mass_mailing_id
         LEFT JOIN mail_message AS message ON message.message_id = trace.message_id
         LEFT JOIN res_partner AS target
                ON trace.model = 'res.partner' AND target.id = trace.res_id
         LEFT JOIN LATERAL (
                   SELECT partner.id
                     FROM res_partner AS partner
                    WHERE partner.%(partner_column)s = %(address)s
                 ORDER BY partner.active DESC, partner.id
                    LIMIT 1
                   ) AS known ON TRUE
         LEFT JOIN res_partner AS person ON person.id = COALESCE(target.id, known.id)
             WHERE trace.id > %(after)s
               AND trace.id <= %(until)s
               AND trace.sent_datetime IS NOT NULL
               AND trace.is_test_trace IS NOT TRUE
               AND %(address)s != ''
               AND person.partner_share IS NOT FALSE
               AND %(condition)s
               AND NOT EXISTS (
                   SELECT
                     FROM c360_contact_touch AS booked
                    WHERE booked.address = %(address)s
                      AND booked.direction = 'out'
                      AND booked.state IN ('reserved', 'sent', 'answered')
                      AND booked.date >= trace.sent_datetime - INTERVAL '1 hour'
                      AND booked.date <= trace.sent_datetime + INTERVAL '1 hour'
                   )
            """,
            address=address,
            channel=channel,
            company_id=companies_sudo.id if len(companies_sudo) == 1 else None,
            partner_column=partner_column,
            condition=condition,
            after=after,
            until=until,
        )
