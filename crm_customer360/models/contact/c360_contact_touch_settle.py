from odoo import api, fields, models
from odoo.tools import SQL

SETTLE_SLICE = 1000


class C360ContactTouch(models.Model):
    """How rows end: sent, or free again where the sending broke off, never both."""

    _inherit = "c360.contact.touch"

    def _confirm_sent(self):
        """End bookings whose messages were handed over.

        One statement, also where nothing was read before: the queue does this after
        each message, with an empty cache. Rows nobody expects to leave any more stay
        as they are.
        """
        if not self:
            return
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """
                   UPDATE c360_contact_touch
                      SET state = 'sent', date = %(now)s, scheduled_date = NULL,
                          write_uid = %(uid)s, write_date = now() AT TIME ZONE 'UTC'
                    WHERE id = ANY(%(ids)s) AND state = 'reserved'
                RETURNING id, source_model
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                ids=self.ids,
            )
        )
        sent = self.browse(row[0] for row in rows)
        changed = ["state", "date", "scheduled_date", "write_uid", "write_date"]
        sent.invalidate_recordset([*changed, "source_model"], flush=False)
        sent.modified(changed)
        # rooms below look at it first
        self._fields["source_model"]._insert_cache(sent, [row[1] for row in rows])
        sent._on_state_changed()

    @api.model
    def _cron_settle(self):
        """Settle rows whose sending broke off.

        Also rows that waited for a message which is gone. A message that is still in
        the queue keeps its row, the queue will send it.
        """
        while True:
            broken = self._get_broken()
            if not broken:
                return
            broken._settle_broken()
            left = len(self._get_broken())
            if not self.env["ir.cron"]._commit_progress(len(broken), remaining=left):
                return

    @api.model
    def _get_broken(self):
        """Return the oldest rows nobody will end any more.

        Planned calls and visits are not among them: they wait for a person.
        """
        self.flush_model()
        self.env["mail.mail"].flush_model(["state", "mail_message_id"])
        self.env["sms.sms"].flush_model(["state", "contact_touch_id"])
        query = SQL(
            """
              SELECT touch.id
                FROM c360_contact_touch AS touch
               WHERE touch.state IN ('reserved', 'deferred')
                 AND COALESCE(touch.scheduled_date, touch.date) < %(limit)s
                 AND CASE touch.channel
                     WHEN 'email' THEN NOT EXISTS (
                         SELECT
                           FROM mail_mail AS mail
                          WHERE mail.mail_message_id = touch.message_id
                            AND mail.state = 'outgoing'
                         )
                     WHEN 'sms' THEN NOT EXISTS (
                         SELECT
                           FROM sms_sms AS sms
                          WHERE sms.contact_touch_id = touch.id
                            AND sms.state IN ('outgoing', 'waiting')
                         )
                     ELSE FALSE
                     END
            ORDER BY touch.date, touch.id
               LIMIT %(slice)s
            """,
            limit=fields.Datetime.subtract(fields.Datetime.now(), hours=1),
            slice=SETTLE_SLICE,
        )
        return self.browse(row[0] for row in self.env.execute_query(query))

    def _settle_broken(self):
        left = self._get_left()
        if left:
            left._move("sent", date=fields.Datetime.now())
        if self - left:
            (self - left)._move(
                "cancelled",
                reason=self.env._("The sending broke off; nothing has left."),
            )

    def _get_left(self):
        """Return the rows among these whose message has left after all."""
        reserved = self.filtered(lambda touch: touch.state == "reserved")
        sent_messages = (
            self.env["mail.mail"]
            .search(
                [
                    ("mail_message_id", "in", reserved.message_id.ids),
                    ("state", "=", "sent"),
                ]
            )
            .mail_message_id
        )
        # SMS are the system's, as the ledger is
        sms_sudo = (
            self.env["sms.sms"]
            .sudo()
            .search(
                [
                    ("contact_touch_id", "in", reserved.ids),
                    ("state", "in", ("process", "pending", "sent")),
                ]
            )
        )
        texted = reserved & sms_sudo.contact_touch_id
        return texted | reserved.filtered(
            lambda touch: (
                touch.channel == "email" and touch.message_id in sent_messages
            )
        )
