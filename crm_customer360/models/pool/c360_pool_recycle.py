import logging
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.pool_recycle import LeadFacts, RecycleRule

_logger = logging.getLogger(__name__)

SLICE = 1000
# The most we count for the progress display
BACKLOG = 20 * SLICE
# So often a run begins a slice again that others worked on.
TRIES = 5


class Recycled(NamedTuple):
    """A lead whose time is up, and the rule that says so."""

    lead: LeadFacts
    rule: RecycleRule


class C360Pool(models.Model):
    """Recycling: what is due goes back to a pool, in slices, by the system.

    A slice is one transaction: it locks what is due and nobody works on, reckons the
    deadlines once more, asks what keeps the leads, and gives the rest back. Whoever
    works on a lead meanwhile keeps it until the next run; whoever wants to claim it
    sees it in the pool when the slice is done.
    """

    _inherit = "c360.pool"

    recycle_rule_ids = fields.One2many(
        comodel_name="c360.pool.rule",
        inverse_name="pool_id",
        string="Recycling Rules",
    )
    common_rule_ids = fields.Many2many(
        comodel_name="c360.pool.rule",
        string="Rules for Every Pool",
        compute="_compute_common_rule_ids",
    )

    def _compute_common_rule_ids(self):
        self.common_rule_ids = self.env["c360.pool.rule"].search(
            [("pool_id", "=", False)]
        )

    def write(self, vals):
        result = super().write(vals)
        if "calendar_id" in vals:
            self.env["c360.pool.deadline"]._schedule(pool_ids=self.ids)
        return result

    @api.model
    def _cron_recycle(self):
        """Give back what is due."""
        if not self._is_enabled():
            return
        tries = TRIES
        while True:
            try:
                ids = self._lock_due(SLICE)
                if not ids:
                    return
                self._recycle_isolated(ids)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody changed one of the leads since this transaction began: a
                # new one sees what he did.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                tries -= 1
                if not tries:
                    self.env.ref("crm_customer360.ir_cron_pool_recycle")._trigger()
                    return
                continue
            tries = TRIES
            left = self._count_due()
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=left):
                return

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    @api.model
    def _lock_due(self, limit):
        """Lock the leads that are due the longest and that nobody works on.

        Comes first in a transaction, so that its snapshot is as new as can be.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM crm_lead
                 WHERE pool_state = 'held'
                   AND recycle_date <= %(now)s
              ORDER BY recycle_date, id
                 LIMIT %(limit)s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                now=fields.Datetime.now(),
                limit=limit,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _count_due(self):
        """Return how many leads are due, at most ``BACKLOG``, without the locked."""
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM (
                       SELECT
                         FROM crm_lead
                        WHERE pool_state = 'held' AND recycle_date <= %(now)s
                        LIMIT %(limit)s
                       ) AS due
                """,
                now=fields.Datetime.now(),
                limit=BACKLOG,
            )
        )
        return count

    @api.model
    def _recycle_isolated(self, ids):
        """Give back a slice; when that fails, lead by lead.

        A lead that fails is tried again the next working day.

        :raise psycopg2.OperationalError: a collision with another transaction
        """
        if self._try_recycle(ids):
            return
        for lead_id in ids:
            if not self._try_recycle([lead_id]):
                for lead in self._get_facts([lead_id]).values():
                    later = self._get_next_look(lead)
                    self._write_deadlines(
                        [(lead_id, later, lead.recycle_rule_id, lead.recycle_warned)],
                        keep_warned=True,
                    )

    @api.model
    def _try_recycle(self, ids):
        try:
            with self.env.cr.savepoint():
                self._recycle(ids)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.warning("Recycling failed: leads %s", ids[:10], exc_info=True)
            self.env.invalidate_all(flush=False)
            return False
        return True

    @api.model
    def _get_next_look(self, lead):
        """Return when a lead that stays for now is looked at again."""
        now = fields.Datetime.now()
        return self._add_days(lead, now, 1)

    # ------------------------------------------------------------
    # A slice
    # ------------------------------------------------------------

    @api.model
    def _recycle(self, ids):
        """Decide about leads that are due and locked, and do it.

        A fixed number of statements for any number of leads.
        """
        now = fields.Datetime.now()
        facts = self._get_facts(ids)
        rules = self.env["c360.pool.rule"]._get_table()
        matches = self._get_slow_matches(list(facts), rules)
        dues = {
            lead_id: self._get_dues(lead, rules, matches)
            for lead_id, lead in facts.items()
        }
        vetoes = self._get_vetoes(
            [
                lead_id
                for lead_id, found in dues.items()
                if found and found[0].date <= now
            ]
        )
        recycled, moved, kept = [], [], []
        for lead_id in ids:
            lead, found = facts.get(lead_id), dues.get(lead_id)
            if not found:
                # closed, or no rule holds for it any more
                moved.append((lead_id, None, None, None))
                continue
            if found[0].date > now:
                moved.append((lead_id, found[0].date, found[0].rule.id, None))
                continue
            due = self._pick_due(found, vetoes.get(lead_id, ()), now)
            if not due:
                later = self._get_kept_until(lead, found, now)
                kept.append((lead_id, later, found[0].rule.id, lead.recycle_warned))
            elif due.rule.warn_days and not lead.recycle_warned:
                # A new rule, or a veto that ended: nobody could tell the owner in time.
                date = self._add_days(lead, now, due.rule.warn_days)
                kept.append((lead_id, date, due.rule.id, "late"))
            else:
                recycled.append(Recycled(lead, due.rule))
        self._write_deadlines(moved)
        self._write_deadlines(kept, keep_warned=True)
        self._give_back(recycled)

    @api.model
    def _pick_due(self, dues, vetoes, now):
        """Return the first that is due and that nothing keeps, or None."""
        for due in dues:
            if due.date <= now and not self._pick_veto(due.rule, vetoes):
                return due
        return None

    @api.model
    def _get_kept_until(self, lead, dues, now):
        """Return when to look again: the next working day, or another rule's date."""
        later = [due.date for due in dues if due.date > now]
        return min([self._get_next_look(lead), *later])

    @api.model
    def _give_back(self, recycled):
        """Put leads back into pools: place, ledger, ties, activities.

        Set-based SQL on rows the run has locked, as a claim is. The stage stays;
        automated actions on leads do not see it, the ownership history does.

        :param list recycled: ``Recycled``
        """
        if not recycled:
            return
        leads = self.env["crm.lead"].browse(row.lead.id for row in recycled)
        rules = {
            rule.id: rule
            for rule in self.env["c360.pool.rule"].browse(
                {row.rule.id for row in recycled}
            )
        }
        handed = self._settle_activities(recycled)
        self.env.flush_all()
        self._write_places(
            recycled, {rule_id: rule._get_reason() for rule_id, rule in rules.items()}
        )
        for model in ("crm.lead", "c360.pool", "c360.pool.lead", "c360.pool.move"):
            self.env[model].invalidate_model(flush=False)
        leads._pool_cut_ties(keep=handed)
        homeless = leads.filtered(lambda lead: not lead.pool_id.active)
        if homeless:
            homeless.write({"pool_id": False})
            self._route(homeless)
        self._after_recycle(recycled)

    @api.model
    def _write_places(self, recycled, reasons):
        """Write the places and the ledger, in one statement.

        Whatever was protected as a duplicate of these is free again.

        :param dict reasons: rule id -> why, for the ledger
        """
        released = {
            name: SQL("NULL")
            for name in self._get_released_columns()
            if name in self.env["crm.lead"]._fields
        }
        self.env.execute_query(
            SQL(
                """
                WITH recycled AS (
                    UPDATE crm_lead AS lead
                       SET user_id = NULL,
                           pool_id = COALESCE(row.target, lead.pool_id),
                           pool_state = 'pooled',
                           pool_date = %(now)s,
                           %(released)s,
                           write_uid = %(uid)s,
                           write_date = %(now)s
                      FROM unnest(%(ids)s::int[], %(users)s::int[],
                                  %(targets)s::int[], %(rules)s::int[],
                                  %(reasons)s::varchar[])
                           AS row (id, owner, target, rule, reason)
                     WHERE lead.id = row.id
                 RETURNING lead.id, lead.name, lead.partner_id, lead.pool_id,
                           lead.company_id, %(grade)s, row.owner, row.rule, row.reason
                ), freed AS (
                    UPDATE crm_lead
                       SET protected_until = NULL, protected_lead_id = NULL
                     WHERE protected_lead_id = ANY(%(ids)s) AND id <> ALL(%(ids)s)
                )
                INSERT INTO c360_pool_move
                       (kind, date, create_uid, create_date, write_uid, write_date,
                        lead_id, lead_name, partner_id, pool_id, company_id, grade,
                        previous_user_id, rule_id, reason)
                SELECT 'recycle', %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s,
                       recycled.*
                  FROM recycled
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                grade=self._get_grade_sql(),
                released=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in released.items()
                ),
                ids=[row.lead.id for row in recycled],
                users=[row.lead.user_id for row in recycled],
                targets=[row.rule.target_id for row in recycled],
                rules=[row.rule.id for row in recycled],
                reasons=[reasons[row.rule.id] for row in recycled],
            )
        )

    @api.model
    def _get_released_columns(self):
        """Return what of a lead was its owner's: empty as soon as he has it no more."""
        return [
            "date_open",
            "day_open",
            "last_followup_date",
            "protected_until",
            "protected_lead_id",
            "recycle_date",
            "recycle_rule_id",
            "recycle_warned",
        ]

    @api.model
    def _after_recycle(self, recycled):
        """Let other rooms act on leads that went back.

        :param list recycled: ``Recycled``, with the former owner as ``lead.user_id``
        """
