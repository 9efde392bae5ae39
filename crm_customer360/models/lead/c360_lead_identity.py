import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ...tools.lead_identity import Identity, get_identity, get_keys

_logger = logging.getLogger(__name__)

# Rows per transaction of the jobs.
SLICE = 1000
# What the comparison reads of each table; %(ids)s are the rows wanted.
SOURCES = {
    "crm_lead": """
        SELECT lead.id,
               COALESCE(NULLIF(lead.contact_name, ''),
                        CASE WHEN NOT partner.is_company THEN partner.name END),
               COALESCE(NULLIF(lead.partner_name, ''), partner.commercial_company_name),
               lead.email_from, lead.phone, lead.street, lead.street2, lead.zip,
               lead.city, country.code, partner.vat,
               lead.active AND lead.won_status = 'pending'
          FROM crm_lead AS lead
     LEFT JOIN res_partner AS partner ON partner.id = lead.partner_id
     LEFT JOIN res_country AS country ON country.id = lead.country_id
         WHERE lead.id = ANY(%(ids)s)
    """,
    "res_partner": """
        SELECT partner.id,
               CASE WHEN partner.is_company IS NOT TRUE THEN partner.name END,
               CASE WHEN partner.is_company THEN partner.name
                    ELSE partner.commercial_company_name END,
               partner.email, partner.phone, partner.street, partner.street2,
               partner.zip, partner.city, country.code, partner.vat,
               COALESCE(partner.active AND partner.partner_share
                        AND partner.c360_merged_into_id IS NULL
                        AND (partner.parent_id IS NULL OR partner.type = 'contact'),
                        FALSE)
          FROM res_partner AS partner
     LEFT JOIN res_country AS country ON country.id = partner.country_id
         WHERE partner.id = ANY(%(ids)s)
    """,
}
COLUMNS = (
    "person",
    "company",
    "email",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "country",
    "vat",
)


class C360LeadIdentity(models.Model):
    """Whom a lead or a contact resembles is looked up here, not in the host's tables.

    One row per lead and per contact: its normalised values (``identity``) and the
    ``keys`` that records worth comparing share. Both are arrays, which the ORM does not
    know: ``init`` adds them.

    Whoever changes a lead or a contact appends a row that is ``stale``: a plain insert
    in the end of his transaction, which waits for nobody. A job turns such rows into
    the one that counts.
    """

    _name = "c360.lead.identity"
    _description = "Whom a Record Is About"
    _log_access = False

    lead_id = fields.Many2one(comodel_name="crm.lead", ondelete="cascade")
    partner_id = fields.Many2one(comodel_name="res.partner", ondelete="cascade")
    # only says that the lead or contact changed
    stale = fields.Boolean()
    # an open lead or a contact the job has still to compare
    is_waiting = fields.Boolean()

    # one row that counts per lead and contact; cascades of the host
    _lead_unique = models.UniqueIndex("(lead_id) WHERE stale IS NOT TRUE")
    _partner_unique = models.UniqueIndex("(partner_id) WHERE stale IS NOT TRUE")
    # cascades of the host, for what was marked
    _lead_stale_idx = models.Index("(lead_id) WHERE stale")
    _partner_stale_idx = models.Index("(partner_id) WHERE stale")
    # the job: the oldest rows to turn, the oldest leads to compare
    _stale_idx = models.Index("(id) WHERE stale")
    _waiting_idx = models.Index("(id) WHERE is_waiting")

    def init(self):
        # Measured at 600,000 rows with six keys: the lookup of a lead takes 0.6 ms, as
        # with a table of its own for the keys, at 40 % of its size and half the cost
        # of an insert. Without a pending list, which every lookup would have to read.
        self.env.cr.execute(
            """
            ALTER TABLE c360_lead_identity
                ADD COLUMN IF NOT EXISTS keys int4[],
                ADD COLUMN IF NOT EXISTS identity text[];
            CREATE INDEX IF NOT EXISTS c360_lead_identity_keys_idx
                ON c360_lead_identity USING GIN (keys) WITH (fastupdate = off)
            """
        )

    @api.model
    def _is_used(self):
        return self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_lead"
        )

    # ------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------

    @api.model
    def _mark(self, model_name, ids):
        """Remember that leads or contacts changed; one insert when all is committed.

        :param str model_name: ``crm.lead`` or ``res.partner``
        :param ids: their ids
        """
        if not ids or not self._is_used():
            return
        data = self.env.cr.precommit.data
        if self._name not in data:
            data[self._name] = {}
            # What marks, may be about anybody: the queue is the system's.
            queue_sudo = self.sudo()
            self.env.cr.precommit.add(queue_sudo._write_marks)
        data[self._name].setdefault(model_name, set()).update(ids)

    @api.model
    def _unmark(self, model_name, ids):
        """Forget a change of this transaction: these rows are up to date."""
        marks = self.env.cr.precommit.data.get(self._name, {}).get(model_name)
        if marks:
            marks.difference_update(ids)

    @api.model
    def _write_marks(self):
        marks = self.env.cr.precommit.data.pop(self._name, {})
        for model_name, ids in marks.items():
            if not ids:
                continue
            column, table = self._get_column(model_name)
            # Whoever is gone again by now has no row to point to.
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO c360_lead_identity (%(column)s, stale)
                    SELECT id, TRUE
                      FROM %(table)s
                     WHERE id = ANY(%(ids)s)
                    """,
                    column=column,
                    table=table,
                    ids=list(ids),
                )
            )

    @api.model
    def _get_column(self, model_name):
        """Return the column here and the table there of a model."""
        column = "lead_id" if model_name == "crm.lead" else "partner_id"
        return SQL.identifier(column), SQL.identifier(self.env[model_name]._table)

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    @api.model
    def _refresh(self, model_name, ids):
        """Write the rows of leads or contacts anew: two queries.

        :param str model_name: ``crm.lead`` or ``res.partner``
        :param list ids: their ids; whoever reads them has flushed what he wrote
        :return: the number of rows
        """
        rows = self.env.execute_query(
            SQL(SOURCES[self.env[model_name]._table], ids=list(ids))
        )
        if not rows:
            return 0
        values = []
        for row_id, *texts, is_open in rows:
            identity = self._get_identity(model_name, row_id, texts)
            values.append(
                SQL(
                    "(%s, %s::int4[], %s::text[], %s)",
                    row_id,
                    list(get_keys(identity)),
                    list(identity),
                    is_open,
                )
            )
        column, _table = self._get_column(model_name)
        # Plain SQL: arrays, and a statement for any number of rows.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO c360_lead_identity
                       (%(column)s, keys, identity, is_waiting, stale)
                SELECT row.*, FALSE
                  FROM (VALUES %(values)s) AS row
           ON CONFLICT (%(column)s) WHERE stale IS NOT TRUE DO UPDATE
                   SET keys = excluded.keys,
                       identity = excluded.identity,
                       is_waiting = excluded.is_waiting
                """,
                column=column,
                values=SQL(", ").join(values),
            )
        )
        return len(rows)

    @api.model
    def _get_identity(self, model_name, row_id, texts):
        try:
            return get_identity(**dict(zip(COLUMNS, texts, strict=True)))
        except Exception:
            # One odd record does not stop the others; it is found by nothing.
            _logger.exception("No identity of %s %s", model_name, row_id)
            return Identity()

    # ------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------

    @api.model
    def _cron_refresh(self):
        """Key what changed and what is missing, then compare what waits, in slices."""
        if not self._is_used():
            return
        cron = self.env["ir.cron"]
        for step in (self._take_stale, self._take_missing, self._take_waiting):
            try:
                while done := step():
                    self.env.flush_all()
                    if not cron._commit_progress(done, remaining=self._count_left()):
                        return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody changed one of the rows since this snapshot: again, soon.
                self.env.cr.rollback()
                self._wake()
                return

    @api.model
    def _count_left(self):
        """Return about how much is left to do, from the indexes of the queues."""
        [[left]] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT COUNT(*)
                          FROM (SELECT FROM c360_lead_identity
                                 WHERE stale LIMIT 50000) AS changed)
                     + (SELECT COUNT(*)
                          FROM (SELECT FROM c360_lead_identity
                                 WHERE is_waiting LIMIT 50000) AS waiting)
                     + (SELECT COALESCE(SUM(GREATEST(until_id - last_id, 0)), 0)
                          FROM c360_lead_identity_progress)
                """
            )
        )
        return int(left)

    @api.model
    def _take_stale(self):
        """Turn the oldest marks into rows that count.

        :return: the number of marks
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM c360_lead_identity
                 WHERE id IN (SELECT id
                                FROM c360_lead_identity
                               WHERE stale
                            ORDER BY id
                               LIMIT %s
                          FOR UPDATE SKIP LOCKED)
             RETURNING lead_id, partner_id
                """,
                SLICE,
            )
        )
        for model_name, ids in (
            ("crm.lead", {lead for lead, _partner in rows if lead}),
            ("res.partner", {partner for _lead, partner in rows if partner}),
        ):
            if ids:
                self._refresh(model_name, sorted(ids))
        return len(rows)

    @api.model
    def _take_missing(self):
        """Key the next rows of the host that have none here.

        :return: the number of rows looked at
        """
        progresses = self.env["c360.lead.identity.progress"]
        for progress in progresses.search(Domain.TRUE, order="id"):
            if done := progress._take_slice(SLICE):
                return done
        return 0

    @api.model
    def _take_waiting(self):
        """Compare the oldest leads and contacts that wait.

        :return: their number
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE c360_lead_identity
                   SET is_waiting = FALSE
                 WHERE id IN (SELECT id
                                FROM c360_lead_identity
                               WHERE is_waiting
                            ORDER BY id
                               LIMIT %s
                          FOR UPDATE SKIP LOCKED)
             RETURNING lead_id, partner_id
                """,
                SLICE,
            )
        )
        duplicates = self.env["c360.lead.duplicate"]
        leads = sorted(lead for lead, _partner in rows if lead)
        for ids in split_every(SLICE // 2, leads):
            duplicates._scan_slice(list(ids))
        partners = sorted(partner for _lead, partner in rows if partner)
        for ids in split_every(SLICE // 2, partners):
            duplicates._scan_contacts(list(ids))
        return len(rows)

    @api.model
    def _queue_all(self):
        """Have every open lead compared again, in the background.

        :return: the number of leads
        """
        # Anybody may be in the queue, it is the system's.
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_lead_identity AS item
                   SET is_waiting = TRUE
                  FROM crm_lead AS lead
                 WHERE lead.id = item.lead_id
                   AND lead.active
                   AND lead.won_status = 'pending'
                   AND item.stale IS NOT TRUE
                   AND item.is_waiting IS NOT TRUE
                """
            )
        )
        count = self.env.cr.rowcount
        self._wake()
        return count

    @api.model
    def _wake(self):
        """Have the job run as soon as this transaction is committed: one query.

        Not by ``ir.cron._trigger``, which reads the job first.
        """
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "crm_customer360.ir_cron_lead_identity", raise_if_not_found=False
        )
        if cron_id:
            # Scheduling is the system's business, users have no access to crons.
            triggers_sudo = self.env["ir.cron.trigger"].sudo()
            triggers_sudo.create({"cron_id": cron_id, "call_at": fields.Datetime.now()})
            cron_sudo = self.env["ir.cron"].sudo().browse(cron_id)
            self.env.cr.postcommit.add(cron_sudo._notifydb)
