from odoo import api, fields, models
from odoo.tools import SQL

from .c360_contact_history import HistorySource

# An e-mail address, as it stands among names and brackets.
ADDRESS = r"[^\s<>\",;]+@[^\s<>\",;]+"
# The host deletes notifications after half a year; the recipients of older messages of
# these types are known all the same.
KEPT_MONTHS = 5
MAILED_TYPES = ("comment", "email_outgoing", "notification", "auto_comment")


class C360ContactHistoryHost(models.AbstractModel):
    """What the host itself remembers of contacts: e-mails, SMS, calls, answers."""

    _name = "c360.contact.history.host"
    _description = "Contacts the Host Remembers"

    @api.model
    def _get_sources(self):
        env = self.env
        return [
            HistorySource(
                "email", env._("E-mails"), "mail_message", self._select_emails
            ),
            HistorySource("mail", env._("Mail queue"), "mail_mail", self._select_mails),
            HistorySource("sms", env._("SMS"), "mail_message", self._select_sms),
            HistorySource("call", env._("Calls"), "mail_message", self._select_calls),
            HistorySource(
                "incoming", env._("Answers"), "mail_message", self._select_incoming
            ),
        ]

    @api.model
    def _get_call_tables(self):
        """Return the table of each kind of document people are called about, and its
        column that names the person; rooms add theirs."""
        return {
            "res.partner": ("res_partner", "id"),
            "crm.lead": ("crm_lead", "partner_id"),
            "sale.order": ("sale_order", "partner_id"),
            "account.move": ("account_move", "partner_id"),
        }

    # ------------------------------------------------------------------ sources

    @api.model
    def _select_emails(self, after, until):
        """E-mails of messages, by their notifications.

        The host deletes notifications after half a year; then those whom the message
        was addressed to stand for whom it reached.
        """
        return self._select_contacts(
            SQL(
                """
                SELECT message.id AS message_id, who.partner_id, who.address,
                       'email' AS channel, 'out' AS direction,
                       CASE who.status WHEN 'bounce' THEN 'failed' ELSE 'sent' END
                           AS state,
                       who.reason
                  FROM mail_message AS message
                  JOIN LATERAL (
                       SELECT notification.res_partner_id AS partner_id,
                              LOWER(notification.mail_email_address) AS address,
                              notification.notification_status AS status,
                              notification.failure_reason AS reason
                         FROM mail_notification AS notification
                        WHERE notification.mail_message_id = message.id
                          AND notification.notification_type = 'email'
                          AND notification.notification_status IN ('sent', 'bounce')
                    UNION ALL
                       SELECT addressee.res_partner_id, NULL, 'sent', NULL
                         FROM mail_message_res_partner_rel AS addressee
                        WHERE addressee.mail_message_id = message.id
                          AND message.message_type IN %(mailed)s
                          AND message.is_internal IS NOT TRUE
                          AND message.date < %(kept_since)s
                          AND NOT EXISTS (
                              SELECT
                                FROM mail_notification AS kept
                               WHERE kept.mail_message_id = message.id
                              )
                       ) AS who ON TRUE
                 WHERE message.id > %(after)s
                   AND message.id <= %(until)s
                   AND who.partner_id IS DISTINCT FROM message.author_id
                """,
                mailed=MAILED_TYPES,
                kept_since=fields.Datetime.subtract(
                    fields.Datetime.now(), months=KEPT_MONTHS
                ),
                after=after,
                until=until,
            )
        )

    @api.model
    def _select_mails(self, after, until):
        """Mails of no message's notifications: templates, invitations, passwords."""
        return self._select_contacts(
            SQL(
                """
                SELECT mail.mail_message_id AS message_id, who.partner_id, who.address,
                       'email' AS channel, 'out' AS direction, 'sent' AS state,
                       NULL AS reason
                  FROM mail_mail AS mail
                  JOIN LATERAL (
                       SELECT recipient.res_partner_id AS partner_id, NULL AS address
                         FROM mail_mail_res_partner_rel AS recipient
                        WHERE recipient.mail_mail_id = mail.id
                    UNION
                       SELECT NULL, LOWER(found[1])
                         FROM REGEXP_MATCHES(
                              CONCAT_WS(',', mail.email_to, mail.email_cc),
                              %(address)s, 'g'
                              ) AS found
                       ) AS who ON TRUE
                 WHERE mail.id > %(after)s
                   AND mail.id <= %(until)s
                   AND mail.state = 'sent'
                """,
                address=ADDRESS,
                after=after,
                until=until,
            )
        )

    @api.model
    def _select_sms(self, after, until):
        return self._select_contacts(
            SQL(
                """
                SELECT message.id AS message_id, text.res_partner_id AS partner_id,
                       text.sms_number AS address, 'sms' AS channel,
                       'out' AS direction,
                       CASE WHEN text.notification_status IN ('bounce', 'exception')
                            THEN 'failed' ELSE 'sent' END AS state,
                       text.failure_reason AS reason
                  FROM mail_message AS message
                  JOIN mail_notification AS text
                    ON text.mail_message_id = message.id
                 WHERE message.id > %(after)s
                   AND message.id <= %(until)s
                   AND text.notification_type = 'sms'
                   AND text.notification_status IN (
                       'sent', 'pending', 'process', 'bounce', 'exception'
                       )
                """,
                after=after,
                until=until,
            )
        )

    @api.model
    def _select_calls(self, after, until):
        """Calls that were done: the host leaves a message on the document."""
        tables = self._get_call_tables()
        people = SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT document.%(column)s AS partner_id
                  FROM %(table)s AS document
                 WHERE message.model = %(model)s AND document.id = message.res_id
                """,
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                model=model,
            )
            for model, (table, column) in tables.items()
        )
        return self._select_contacts(
            SQL(
                """
                SELECT message.id AS message_id, who.partner_id,
                       person.phone_sanitized AS address, 'phone' AS channel,
                       'out' AS direction, 'sent' AS state, NULL AS reason
                  FROM mail_message AS message
                  JOIN mail_activity_type AS type
                    ON type.id = message.mail_activity_type_id
                   AND type.category = 'phonecall'
                  JOIN LATERAL (%(people)s) AS who ON who.partner_id IS NOT NULL
                  JOIN res_partner AS person ON person.id = who.partner_id
                 WHERE message.id > %(after)s
                   AND message.id <= %(until)s
                """,
                people=people,
                after=after,
                until=until,
            )
        )

    @api.model
    def _select_incoming(self, after, until):
        """E-mails and portal comments of people outside the company."""
        return self._select_contacts(
            SQL(
                """
                SELECT message.id AS message_id, message.author_id AS partner_id,
                       LOWER(SUBSTRING(message.email_from FROM %(address)s)) AS address,
                       CASE message.message_type
                           WHEN 'email' THEN 'email' ELSE 'other' END AS channel,
                       'in' AS direction, 'sent' AS state, NULL AS reason
                  FROM mail_message AS message
             LEFT JOIN res_partner AS author ON author.id = message.author_id
                 WHERE message.id > %(after)s
                   AND message.id <= %(until)s
                   AND message.model <> 'discuss.channel'
                   AND (message.message_type = 'email'
                        OR message.message_type = 'comment' AND author.partner_share)
                """,
                address=ADDRESS,
                after=after,
                until=until,
            )
        )

    # ----------------------------------------------------------------- contacts

    @api.model
    def _select_contacts(self, found):
        """Complete what a source found by its message and the person.

        One row per message and person; a person is also found by his address.
        Colleagues are no customers, and what is known of the purpose is kept.
        """
        # Is there a second one, also one he may not see?
        companies_sudo = self.env["res.company"].sudo().search([], limit=2)
        return SQL(
            """
            SELECT DISTINCT ON (found.message_id, who.key)
                   person.id, person.name, person.commercial_partner_id,
                   COALESCE(
                       found.address,
                       CASE WHEN found.channel = 'sms' THEN person.phone_sanitized
                            WHEN found.channel = 'email' THEN person.email_normalized
                       END
                   ),
                   found.channel,
                   COALESCE(
                       message.contact_purpose,
                       CASE found.direction
                           WHEN 'in' THEN 'service' ELSE 'transactional' END
                   ),
                   found.direction, COALESCE(message.date, message.create_date),
                   message.subject, message.model, message.res_id, message.id,
                   CASE WHEN found.direction = 'out' THEN message.create_uid END,
                   COALESCE(
                       message.record_company_id, person.company_id, %(company_id)s
                   ),
                   found.state, found.reason
              FROM (%(found)s) AS found
              JOIN mail_message AS message ON message.id = found.message_id
         LEFT JOIN LATERAL (
                   SELECT namesake.id, namesake.partner_share
                     FROM res_partner AS namesake
                    WHERE found.partner_id IS NULL
                      AND found.channel IN ('email', 'other')
                      AND namesake.email_normalized = found.address
                      AND (namesake.company_id IS NULL
                           OR namesake.company_id = message.record_company_id)
                UNION ALL
                   SELECT namesake.id, namesake.partner_share
                     FROM res_partner AS namesake
                    WHERE found.partner_id IS NULL
                      AND found.channel = 'sms'
                      AND namesake.phone_sanitized = found.address
                      AND (namesake.company_id IS NULL
                           OR namesake.company_id = message.record_company_id)
                 ORDER BY partner_share, id
                    LIMIT 1
                   ) AS known ON TRUE
         LEFT JOIN res_partner AS person
                ON person.id = COALESCE(found.partner_id, known.id)
             CROSS JOIN LATERAL (
                   SELECT COALESCE(person.id::text, found.address) AS key
                   ) AS who
             WHERE who.key IS NOT NULL
               AND person.partner_share IS NOT FALSE
          ORDER BY found.message_id, who.key
            """,
            found=found,
            company_id=companies_sudo.id if len(companies_sudo) == 1 else None,
        )
