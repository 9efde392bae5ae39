import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.pool_recycle import LeadFacts
from .c360_pool_recycle import TRIES
from .c360_pool_recycle_veto import VETO_TABLES

_logger = logging.getLogger(__name__)

SLICE = 1000


class C360PoolCustomer(models.Model):
    """Customers nobody looked after go back to their pool.

    As leads do: after working days, unless a paper keeps them, in slices that leave
    out what others work on; a customer that fails keeps nobody else.
    """

    _inherit = "c360.pool.customer"

    @api.model
    def _cron_recycle(self):
        """Send back what is due, by its index."""
        if not self.env["c360.pool"]._is_enabled():
            return
        cron, tries = self.env["ir.cron"], TRIES
        while True:
            try:
                done = self._recycle_due()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # a new transaction sees what others did meanwhile
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                tries -= 1
                if not tries:
                    return
                continue
            tries = TRIES
            left = self.search_count(self._get_due_domain()) if done else 0
            if not done or not cron._commit_progress(done, remaining=left):
                return

    @api.model
    def _get_due_domain(self):
        return [
            ("recycle_date", "<=", fields.Datetime.now()),
            ("state", "=", "held"),
        ]

    @api.model
    def _recycle_due(self):
        """Look after the next slice of what is due; return how many it was."""
        rows = self._lock_due(SLICE)
        if rows and not rows._try_recycle():
            for row in rows:
                if not row._try_recycle():
                    row.recycle_date = row._get_next_look()
        return len(rows)

    @api.model
    def _lock_due(self, limit):
        """Lock the customers that are due the longest and that nobody works on."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT place.id
                  FROM c360_pool_customer AS place
                  JOIN res_partner AS partner ON partner.id = place.partner_id
                 WHERE place.recycle_date <= %s AND place.state = 'held'
              ORDER BY place.recycle_date, place.id
                 LIMIT %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                limit,
            )
        )
        return self.browse([row[0] for row in rows])

    def _try_recycle(self):
        try:
            with self.env.cr.savepoint():
                self._recycle(fields.Datetime.now())
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.warning(
                "Recycling failed: customers %s", self.ids[:10], exc_info=True
            )
            self.env.invalidate_all(flush=False)
            return False
        return True

    def _recycle(self, now):
        """Move the deadline past the last sign of life, or send the customer back."""
        last = self._get_last_signs()
        lapsed = self.browse()
        for row in self:
            deadline = row._get_deadline(
                max(filter(None, (last.get(row.partner_id.id), row.date)))
            )
            if not deadline or deadline > now:
                row.recycle_date = deadline
            else:
                lapsed += row
        kept = lapsed._filter_kept()
        for row in kept:
            row.recycle_date = row._get_next_look()
        (lapsed - kept).partner_id.with_context(
            c360_pool_kind="recycle",
            c360_pool_reason=self.env._("No order and no contact in time"),
            mail_auto_subscribe_no_notify=True,
        ).write({"user_id": False})

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    def _get_deadline(self, moment):
        """Return when the salesperson's time is up, or False for never.

        :param datetime moment: from when his working days count, naive UTC
        """
        days = self.pool_id.customer_days
        if not days:
            return False
        return self.env["c360.pool"]._add_days(self._get_facts(), moment, days)

    def _get_next_look(self):
        """Return when a customer who stays for now is looked at again."""
        return self.env["c360.pool"]._add_days(
            self._get_facts(), fields.Datetime.now(), 1
        )

    def _get_facts(self):
        """Return what working days depend on, in the words of leads."""
        return LeadFacts(
            id=self.id,
            pool_id=self.pool_id.id,
            user_id=self.user_id.id,
            company_id=self.company_id.id or None,
            type="",
            held_since=self.date,
        )

    def _get_last_signs(self):
        """Return when each customer last ordered or was in contact with us."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT place.partner_id, GREATEST(
                       (SELECT MAX(touch.date)
                          FROM c360_contact_touch AS touch
                         WHERE touch.customer_id = place.partner_id
                           AND touch.state IN ('sent', 'answered')),
                       (SELECT MAX(sale.date_order)
                          FROM sale_order AS sale
                          JOIN res_partner AS person ON person.id = sale.partner_id
                         WHERE person.commercial_partner_id = place.partner_id
                           AND sale.state = 'sale'))
                  FROM c360_pool_customer AS place
                 WHERE place.id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        return dict(rows)

    # ------------------------------------------------------------
    # What keeps them
    # ------------------------------------------------------------

    def _filter_kept(self):
        """Return those with an undelivered order, an unpaid invoice, a quotation that
        is valid or an open ticket, in their company.
        """
        if not self:
            return self
        for model, names in VETO_TABLES.items():
            self.env[model].flush_model(names)
        queries = self.env["c360.pool"]._get_customer_veto_queries()
        # Plain SQL: what keeps a customer does not depend on who asks.
        rows = self.env.execute_query(
            SQL(
                """
                WITH person AS (
                    SELECT place.id AS lead_id, place.company_id,
                           person.id AS partner_id
                      FROM c360_pool_customer AS place
                      JOIN res_partner AS person
                        ON person.commercial_partner_id = place.partner_id
                     WHERE place.id = ANY(%s)
                )
                SELECT DISTINCT paper.lead_id FROM (%s) AS paper (lead_id, code, name)
                """,
                self.ids,
                SQL(" UNION ALL ").join(queries),
            )
        )
        return self.browse([row[0] for row in rows])
