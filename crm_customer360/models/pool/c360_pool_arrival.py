import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.base_automation.models.base_automation import WRITE_TRIGGERS

_logger = logging.getLogger(__name__)

CRON = "crm_customer360.ir_cron_pool_arrival"
SLICE = 100
# The most we count for the progress display
BACKLOG = 10 * SLICE
# set by the grant itself: not to be computed anew when the host hears of the owner
SETTLED = ("pool_state", "pool_date", "date_open", "day_open", "team_id", "company_id")


class C360PoolArrival(models.Model):
    """A lead just got its owner: what the host would do then, is done from here.

    A grant appends a row in its own statement and does nothing else. A cron, woken by
    the grant, reads the rows in slices and lets the host's own methods make followers,
    notices, tracking and automation rules. A row goes away in the transaction that did
    its work: whatever is killed is done again, nothing is done twice.
    """

    _name = "c360.pool.arrival"
    _description = "Lead Arrived at Its Owner"
    _order = "id"
    _rec_name = "lead_id"
    _log_access = False

    # No foreign keys: a row lives for seconds, and each key would cost every claim a
    # look-up and a lock. Rows whose lead or user is gone are dropped.
    lead_id = fields.Integer(readonly=True, required=True)
    user_id = fields.Integer(string="Owner", readonly=True, required=True)
    granted_by = fields.Integer(readonly=True, required=True)
    kind = fields.Char(readonly=True, required=True)
    date = fields.Datetime(readonly=True, required=True)
    team_id = fields.Integer(string="Team before", readonly=True)
    company_id = fields.Integer(string="Company before", readonly=True)
    # followers, notices and tracking are done, only the automation rules are not
    announced = fields.Boolean(readonly=True)
    error = fields.Char(readonly=True)

    # the cron: the oldest rows that did not fail (``error = False`` as the ORM says it)
    _pending_idx = models.Index("(id) WHERE error = '' OR error IS NULL")

    @api.model
    def _get_pending_sql(self):
        """Return SQL that tells whether the cron is to run anyway."""
        return SQL(
            """
            EXISTS (SELECT FROM ir_cron_trigger
                     WHERE cron_id = %s AND call_at <= %s)
            """,
            self._get_cron_id(),
            fields.Datetime.now(),
        )

    @api.model
    def _get_cron_id(self):
        return (
            self.env["ir.model.data"]._xmlid_to_res_id(CRON, raise_if_not_found=False)
            or None
        )

    @api.model
    def _wake(self, pending=None):
        """Have the cron run as soon as this transaction is committed.

        Not by ``ir.cron._trigger``: every claim would wait for a row, and for a word
        to the workers. One waiting trigger is enough for all. Should the cron finish
        at this very moment without having seen the row, it comes back by itself.

        :param bool pending: whether a trigger waits already; None: not known
        """
        cron_id = self._get_cron_id()
        if pending is None:
            [[pending]] = self.env.execute_query(
                SQL("SELECT %s", self._get_pending_sql())
            )
        if not cron_id or pending:
            return
        # Scheduling is the system's business, users have no access to crons.
        triggers_sudo = self.env["ir.cron.trigger"].sudo()
        triggers_sudo.create({"cron_id": cron_id, "call_at": fields.Datetime.now()})
        cron_sudo = self.env["ir.cron"].sudo()
        self.env.cr.postcommit.add(cron_sudo._notifydb)

    @api.model
    def _cron_process(self):
        """Work the rows off in slices; one that fails does not stop the others."""
        pending = [("error", "=", False)]
        while arrivals := self.search(pending, limit=SLICE):
            done = len(arrivals)
            try:
                arrivals._process_isolated()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody works on the same leads: no fault of theirs. The rows are
                # still here for the next run.
                _logger.info("Arrivals of leads: slice collided, again later")
                self.env.cr.rollback()
                self._wake()
                return
            left = self.search_count(pending, limit=BACKLOG)
            if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                return

    def _process_isolated(self):
        """Process the slice together; when that fails, row by row, step by step.

        A failing row stays with its error, for an administrator to see and retry.
        """
        if self._try(self._process):
            return
        for arrival in self:
            if not arrival.announced and arrival._try(arrival._announce, keep=True):
                arrival.announced = True
            if arrival.announced:
                arrival._try(arrival._process, keep=True)

    def _try(self, step, keep=False):
        """Do a step, or undo what was done.

        :param bool keep: leave the error on the row
        :return: whether it went well
        :raise psycopg2.OperationalError: a collision with another transaction
        """
        try:
            with self.env.cr.savepoint():
                step()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.warning("Arrivals of leads failed: %s", self.ids, exc_info=True)
            if keep:
                self.error = str(error)[:500] or type(error).__name__
            return False
        return True

    def _process(self):
        """Do everything these rows still need, and remove them."""
        self.filtered(lambda arrival: not arrival.announced)._announce()
        self._automate()
        self.unlink()

    def action_retry(self):
        """Put failed rows back in the queue."""
        # Managers see what failed; the rows belong to the system.
        arrivals_sudo = self.sudo()
        arrivals_sudo.write({"error": False})
        self._wake()

    def action_open_lead(self):
        """Open the lead that arrived."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # What the host does when it hears of a new owner
    # ------------------------------------------------------------

    def _announce(self):
        """Followers, notices and tracking, by the host's own methods."""
        for leads, arrivals in self._get_groups():
            leads._message_auto_subscribe({"user_id": arrivals[0].user_id})
            leads._pool_restore_ties()
            arrivals._track(leads)

    def _get_groups(self):
        """Yield the leads that are still with their new owner, and their rows.

        One group per giver, owner and kind, as the host would write them: leads in the
        environment of the giver. The rows of leads are written, so that a transaction
        that takes a lead away at this moment, and would not see our followers, fails
        and starts again.
        """
        owners = dict(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE crm_lead AS lead
                       SET pool_state = pool_state
                      FROM (SELECT id FROM crm_lead WHERE id = ANY(%s)
                          ORDER BY id FOR NO KEY UPDATE) AS locked
                     WHERE lead.id = locked.id
                 RETURNING lead.id, lead.user_id
                    """,
                    self.mapped("lead_id"),
                )
            )
        )
        mine = self.filtered(lambda row: owners.get(row.lead_id) == row.user_id)
        givers = self.env["res.users"].browse(set(mine.mapped("granted_by"))).exists()
        for (giver, _owner, _kind), rows in mine.grouped(
            lambda row: (row.granted_by, row.user_id, row.kind)
        ).items():
            # a giver who is gone leaves his work to the system
            user = givers.filtered(lambda user, giver=giver: user.id == giver)
            # The giver need not be able to see the lead of another.
            leads_sudo = (
                self.env["crm.lead"]
                .with_user(user or self.env.user)
                .sudo()
                .browse(rows.mapped("lead_id"))
            )
            for company, some_sudo in leads_sudo.grouped("company_id").items():
                ids = set(some_sudo.ids)
                yield (
                    some_sudo.with_company(company),
                    rows.filtered(lambda row, ids=ids: row.lead_id in ids),
                )

    @api.model
    def _restore_stored(self, leads):
        """Have stored fields computed that depend on what the grant wrote in SQL.

        Rules of automation may act on what is computed.
        """
        settled = [leads._fields[name] for name in SETTLED]
        with self.env.protecting(settled, leads):
            leads.modified(["user_id", "team_id", "company_id"])
            leads.flush_recordset()

    def _track(self, leads):
        """Log the change of owner and team as the host tracks it, with a word on it."""
        before = self._get_before(leads)
        tracked = leads._track_get_fields()
        data = self.env.cr.precommit.data.setdefault("mail.tracking.crm.lead", {})
        for lead_id, values in before.items():
            data[lead_id] = {
                name: value for name, value in values.items() if name in tracked
            }
        if self[0].kind == "claim":
            leads._track_set_log_message(leads.env._("Claimed from the pool."))
        leads._track_finalize()

    def _get_before(self, leads):
        """Return ``{lead id: {field: value}}`` of what the grant changed."""
        users, teams, companies = (
            leads.env[model] for model in ("res.users", "crm.team", "res.company")
        )
        return {
            row.lead_id: {
                "user_id": users,
                "team_id": teams.browse(row.team_id or ()),
                "company_id": companies.browse(row.company_id or ()),
            }
            for row in self
        }

    def _automate(self):
        """Run the automation rules a write of the owner would have run.

        Conditions “before” are asked of leads that look as they did before: with the
        old values in the cache, for as long as that takes.
        """
        for leads, arrivals in self._get_groups():
            self._restore_stored(leads)
            rules = leads.env["base.automation"]._get_actions(leads, WRITE_TRIGGERS)
            if not rules:
                continue
            leads = leads.with_env(rules.env)
            before = arrivals._get_before(leads)
            for lead in leads:
                for name, value in before[lead.id].items():
                    field = lead._fields[name]
                    field._update_cache(lead, value.id or None)
            fit = {rule: rule._filter_pre(leads) for rule in rules}
            leads.invalidate_recordset(
                ["user_id", "team_id", "company_id"], flush=False
            )
            for rule in rules.with_context(old_values=before):
                records, domain_post = rule._filter_post_export_domain(
                    fit[rule], feedback=True
                )
                rule._process(records, domain_post=domain_post)
