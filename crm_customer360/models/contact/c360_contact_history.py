from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

# Rows of the host per transaction.
SLICE = 10_000
# More kinds of messages than any host has.
MAX_SOURCES = 100
# What a source tells of each contact, in this order.
HISTORY_COLUMNS = (
    "partner_id",
    "partner_name",
    "customer_id",
    "address",
    "channel",
    "purpose",
    "direction",
    "date",
    "subject",
    "source_model",
    "source_id",
    "message_id",
    "user_id",
    "company_id",
    "state",
    "reason",
)


class HistorySource(NamedTuple):
    """Where the host keeps contacts of the past.

    ``table`` is walked by id; ``select(after, until)`` returns the query of what is
    behind its rows with ``after < id <= until``, in the order of ``HISTORY_COLUMNS``.
    """

    key: str
    name: str
    table: str
    select: Callable


class C360ContactHistory(models.Model):
    """How far the contacts that were made before us are on the ledger.

    A job takes them over in slices, each with its place in one transaction: killed at
    any point it goes on where it was. What the ledger has already is never booked
    twice. It ends itself.
    """

    _name = "c360.contact.history"
    _description = "Contacts of the Past"
    _order = "id"

    key = fields.Char(string="Code", required=True, readonly=True)
    last_id = fields.Integer(readonly=True)
    until_id = fields.Integer(readonly=True)
    taken_count = fields.Integer(string="Contacts", readonly=True)
    is_done = fields.Boolean(compute="_compute_is_done")

    _key_unique = models.Constraint("UNIQUE (key)")

    @api.depends("last_id", "until_id")
    def _compute_is_done(self):
        for row in self:
            row.is_done = row.last_id >= row.until_id

    # ---------------------------------------------------------------- interface

    @api.model
    def _get_history_sources(self):
        """Return the sources, in the order they are taken over.

        Bridges add theirs; one that knows better what a message was for comes first,
        for a message that is on the ledger is not booked again.
        """
        return self.env["c360.contact.history.host"]._get_sources()

    @api.model
    def _schedule(self):
        """Have everything that exists now taken over, in the background."""
        # what the job needs is the system's
        history_sudo = self.sudo()
        known = history_sudo.search([], limit=MAX_SOURCES).grouped("key")
        for source in history_sudo._get_history_sources():
            [[until_id]] = self.env.execute_query(
                SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(source.table))
            )
            row = known.get(source.key) or history_sudo.create({"key": source.key})
            row.until_id = until_id
        cron_sudo = self.env.ref("crm_customer360.ir_cron_contact_history").sudo()
        cron_sudo.active = True
        cron_sudo._trigger()

    @api.model
    def _get_progress(self):
        """Return a sentence about the progress, empty before the first run."""
        # the administrator reads how far it is, not what was said
        rows_sudo = self.sudo().search([], limit=MAX_SOURCES)
        if not rows_sudo:
            return ""
        count = sum(rows_sudo.mapped("taken_count"))
        if all(rows_sudo.mapped("is_done")):
            return self.env._(
                "%(count)s contacts of the past were taken over.", count=f"{count:,}"
            )
        share = sum(rows_sudo.mapped("last_id")) / sum(rows_sudo.mapped("until_id"))
        return self.env._(
            "Contacts of the past are being taken over: %(share)s of the messages "
            "read, %(count)s contacts found.",
            share=f"{share:.0%}",
            count=f"{count:,}",
        )

    # ---------------------------------------------------------------------- job

    @api.model
    def _cron_take_over(self):
        """Take slices until the time is up or everything is done."""
        sources = {source.key: source for source in self._get_history_sources()}
        cron = self.env["ir.cron"]
        rows = self.search([("key", "in", list(sources))])
        # in the order of the sources, not of their creation
        for key in sources:
            row = rows.filtered(lambda found, key=key: found.key == key)
            while row and not row.is_done:
                row._take_slice(sources[key])
                left = sum(one.until_id - one.last_id for one in rows)
                if not cron._commit_progress(SLICE, remaining=max(left, 0)):
                    return
        cron._commit_progress(remaining=0, deactivate=True)

    def _take_slice(self, source):
        """Book the contacts behind the next rows of the source."""
        self.ensure_one()
        [[until]] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(id)
                  FROM (SELECT id
                          FROM %(table)s
                         WHERE id > %(after)s AND id <= %(until)s
                      ORDER BY id
                         LIMIT %(slice)s) AS slice
                """,
                table=SQL.identifier(source.table),
                after=self.last_id,
                until=self.until_id,
                slice=SLICE,
            )
        )
        until = until or self.until_id
        self.taken_count += self._book_past(source.select(self.last_id, until))
        self.last_id = until

    @api.model
    def _book_past(self, select):
        """Insert what a source found and the ledger does not have.

        SQL, as a million messages are no recordsets; the columns are those the ORM
        would write, nothing listens to the past.

        :return: the number of new rows
        """
        self.env.flush_all()
        columns = SQL(", ").join(map(SQL.identifier, HISTORY_COLUMNS))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO c360_contact_touch (
                    %(columns)s, lead_id, purpose_source,
                    create_uid, write_uid, create_date, write_date
                )
                SELECT %(past_columns)s, lead.id, 'import',
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (%(select)s) AS past (%(columns)s)
             LEFT JOIN crm_lead AS lead
                    ON past.source_model = 'crm.lead' AND lead.id = past.source_id
                 WHERE NOT EXISTS (
                       SELECT
                         FROM c360_contact_touch AS touch
                        WHERE touch.message_id = past.message_id
                          AND touch.direction = past.direction
                          AND (touch.partner_id = past.partner_id
                               OR touch.address = past.address)
                       )
              ORDER BY past.message_id, past.partner_id
                """,
                columns=columns,
                past_columns=SQL(", ").join(
                    SQL.identifier("past", name) for name in HISTORY_COLUMNS
                ),
                select=select,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["c360.contact.touch"].invalidate_model()
        return self.env.cr.rowcount
