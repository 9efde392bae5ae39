from odoo import api, fields, models
from odoo.tools import SQL

# How many leads are routed in one transaction.
SLICE = 5000


class C360PoolRoute(models.Model):
    """Leads, and customers, that are to be compared with the rules of the pools.

    A narrow queue: a killed run goes on where it stopped, and the cost of the cron
    follows what waits here, not what exists.
    """

    _name = "c360.pool.route"
    _description = "To Be Routed"
    _log_access = False

    lead_id = fields.Many2one(
        comodel_name="crm.lead", readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", readonly=True, ondelete="cascade"
    )

    _lead_uniq = models.UniqueIndex("(lead_id) WHERE lead_id IS NOT NULL")
    _partner_uniq = models.UniqueIndex("(partner_id) WHERE partner_id IS NOT NULL")

    @api.model
    def _fill(self, pools):
        """Queue what waits in these pools, and what waits in none.

        :return: how many leads are queued
        """
        pools.check_access("write")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_route (lead_id)
                SELECT id
                  FROM crm_lead
                 WHERE active
                   AND won_status = 'pending'
                   AND user_id IS NULL
                   AND (pool_id IS NULL OR pool_id = ANY(%(pools)s))
                   AND (company_id IS NULL OR company_id = ANY(%(companies)s))
           ON CONFLICT DO NOTHING
             RETURNING 1
                """,
                pools=pools.ids,
                companies=self.env.companies.ids,
            )
        )
        self._wake()
        return len(rows)

    @api.model
    def _wake(self):
        cron = self.env.ref(
            "crm_customer360.ir_cron_pool_route", raise_if_not_found=False
        )
        if cron:
            cron._trigger()

    @api.model
    def _queue_customers(self, partners):
        """Queue customers who lost, or never had, a salesperson."""
        if not partners:
            return
        self.env.flush_all()
        # whoever makes a customer need not be allowed to write the queue
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_route (partner_id)
                SELECT unnest(%s::int[])
           ON CONFLICT DO NOTHING
             RETURNING id
                """,
                sorted(partners.ids),
            )
        )
        self._wake()

    @api.model
    def _merge_customers(self, sources, target):
        """Whoever waits here once waits once when he is merged into another."""
        self.env.flush_all()
        # whoever merges customers need not be allowed to write the queue
        self.env.execute_query(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM c360_pool_route
                          WHERE partner_id = ANY(%s)
                      RETURNING id
                )
                INSERT INTO c360_pool_route (partner_id)
                SELECT %s WHERE EXISTS (SELECT FROM gone)
           ON CONFLICT DO NOTHING
             RETURNING id
                """,
                sources.ids,
                target.id,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _fill_customers(self):
        """Queue every customer without a salesperson who is in no pool."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_route (partner_id)
                SELECT partner.id
                  FROM res_partner AS partner
                 WHERE partner.active
                   AND partner.partner_share
                   AND partner.user_id IS NULL
                   AND partner.commercial_partner_id = partner.id
                   AND NOT EXISTS (
                       SELECT FROM c360_pool_customer AS place
                             WHERE place.partner_id = partner.id
                       )
              ORDER BY partner.id
           ON CONFLICT DO NOTHING
             RETURNING id
                """
            )
        )
        self._wake()

    @api.model
    def _cron_route(self):
        """Route what is queued, in slices that are committed one by one."""
        if not self.env["c360.pool"]._is_enabled():
            return
        cron = self.env["ir.cron"]
        [[left]] = self.env.execute_query(SQL("SELECT COUNT(*) FROM c360_pool_route"))
        cron._commit_progress(remaining=left)
        while done := self._route_slice():
            left = max(left - done, 0)
            if not cron._commit_progress(done, remaining=left):
                break

    @api.model
    def _route_slice(self):
        """Take the next slice off the queue and route it.

        :return: how many rows it was
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM c360_pool_route
                      WHERE id IN (
                            SELECT id
                              FROM c360_pool_route
                          ORDER BY id
                             LIMIT %(size)s
                            )
                  RETURNING lead_id, partner_id
                """,
                size=SLICE,
            )
        )
        leads = [lead_id for lead_id, _partner in rows if lead_id]
        if leads:
            reason = self.env._("Compared with the rules again")
            self.env["c360.pool"]._route_ids(leads, reason, again=True)
        partners = [partner_id for _lead, partner_id in rows if partner_id]
        if partners:
            self.env["c360.pool.customer"]._enter(partners)
        return len(rows)
