import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_customer_scope import CustomerScope

_logger = logging.getLogger(__name__)

# Customers refreshed in one transaction: bounds memory, and what a kill costs.
SLICE = 20_000
# What was written in a transaction that was still open the last time
OVERLAP = timedelta(hours=2)
# Deleted documents leave no trace: everybody is looked at this often.
FULL_DAYS = 7
LAST_ID = 2**31 - 1

# Whose documents were written since, and whom time moves on
CHANGED = """
SELECT DISTINCT partner.commercial_partner_id
  FROM (
    SELECT partner_id FROM sale_order
     WHERE write_date >= %(since)s
        -- its day has come
        OR (date_order >= %(since)s AND date_order < %(tomorrow)s)
     UNION
    SELECT partner_id FROM crm_lead WHERE write_date >= %(since)s
     UNION
    SELECT id FROM res_partner WHERE write_date >= %(since)s
     UNION
    SELECT partner_id FROM account_move
     WHERE write_date >= %(since)s AND move_type IN ('out_invoice', 'out_refund')
     UNION
    -- who ordered is not always who pays
    SELECT line.order_partner_id
      FROM account_move AS move
      JOIN account_move_line AS item ON item.move_id = move.id
      JOIN sale_order_line_invoice_rel AS rel ON rel.invoice_line_id = item.id
      JOIN sale_order_line AS line ON line.id = rel.order_line_id
     WHERE move.write_date >= %(since)s
       AND move.move_type IN ('out_invoice', 'out_refund')
     UNION
    SELECT line.order_partner_id
      FROM stock_move AS move
      JOIN sale_order_line AS line ON line.id = move.sale_line_id
     WHERE move.write_date >= %(since)s
     UNION
    -- what is still to come costs what the product costs today
    SELECT line.order_partner_id
      FROM product_product AS product
      JOIN sale_order_line AS line ON line.product_id = product.id
     WHERE product.write_date >= %(since)s
       AND line.state = 'sale'
       AND (line.product_uom_qty > line.qty_delivered
            OR NOT EXISTS (SELECT FROM stock_move AS move
                            WHERE move.sale_line_id = line.id
                              AND move.state = 'done'))
     UNION
    SELECT partner_id FROM c360_customer_profile WHERE next_date <= %(today)s
     UNION
    %(sources)s
  ) AS source
  JOIN res_partner AS partner ON partner.id = source.partner_id
 WHERE partner.commercial_partner_id IS NOT NULL
"""


class C360CustomerProgress(models.Model):
    """How far the nightly refresh of the profiles has come: one row.

    As a rule it looks at whom something happened since the last time; what that costs
    depends on what is new. Everybody is looked at when a definition has changed, and
    now and then; in slices, killed at any point and continued.
    """

    _name = "c360.customer.progress"
    _description = "Progress of the Profiles"
    _log_access = False

    since = fields.Datetime(readonly=True)
    # A look at everybody is under way, or at those who changed: when it began, and
    # where the one or the other stands.
    full_start = fields.Datetime(readonly=True)
    changed_start = fields.Datetime(readonly=True)
    last_id = fields.Integer(readonly=True)
    full_date = fields.Date(readonly=True)
    # What the figures of the last look at everybody were made by
    definition = fields.Char(readonly=True)

    @api.model
    def _get(self):
        return self.search(Domain.TRUE, limit=1) or self.create({})

    @api.model
    def _get_definition(self):
        """Return the settings that decide about the figures of everybody."""
        profiles = self.env["c360.customer.profile"]
        names = profiles._get_definition_fields()
        # of every company, whoever is logged in
        companies_sudo = self.env["res.company"].sudo().search(Domain.TRUE, order="id")
        rows = [
            (company.id, *(company[name] for name in names))
            for company in companies_sudo
        ]
        return repr((profiles._is_value_used(), rows))

    def _run(self):
        """Refresh whom something happened, or everybody when that is due."""
        self.ensure_one()
        definition = self._get_definition()
        today = fields.Date.today()
        is_redefined = self.definition != definition
        if is_redefined:
            self.write({"full_start": False, "changed_start": False, "last_id": 0})
        is_due = (
            is_redefined
            or not self.full_date
            or (today - self.full_date).days >= FULL_DAYS
        )
        if is_due or self.full_start:
            return self._run_full(definition)
        return self._run_changed()

    def _run_full(self, definition):
        """Refresh everybody in slices, from where the last run was stopped.

        :return: whether it came to an end
        """
        profiles = self.env["c360.customer.profile"]
        if not self.full_start:
            # the clock of the database: write dates are its
            self.write(
                {
                    "full_start": self.env.cr.now(),
                    "changed_start": False,
                    "last_id": 0,
                    "definition": definition,
                }
            )
        last_id = self._get_slice_end(self.last_id)
        if not self.last_id and last_id == LAST_ID:
            # few: each table once
            profiles._refresh()
            return self._finish_full()
        while self.last_id < LAST_ID:
            last_id = self._get_slice_end(self.last_id)
            profiles._refresh_flushed(CustomerScope(None, self.last_id + 1, last_id))
            self.last_id = last_id
            _logger.info("Customer profiles: refreshed up to partner %s", last_id)
            if last_id < LAST_ID and not self._commit():
                return False
        profiles._refresh_comparison()
        return self._finish_full()

    def _get_slice_end(self, after_id):
        """Return the last id of the slice of customers that begins after an id."""
        [(last_id,)] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(id)
                  FROM (
                    SELECT id FROM res_partner
                     WHERE id > %s AND commercial_partner_id = id
                  ORDER BY id LIMIT %s
                  ) AS slice
                HAVING COUNT(*) = %s
                """,
                after_id,
                SLICE,
                SLICE,
            )
        ) or [(LAST_ID,)]
        return last_id

    def _finish_full(self):
        self.write(
            {
                "since": self.full_start,
                "full_start": False,
                "last_id": 0,
                "full_date": fields.Date.today(),
            }
        )
        return True

    def _run_changed(self):
        """Refresh those whom something happened, from where the last run was stopped.

        Whoever changes behind that place meanwhile is for the next round: it looks
        back to the beginning of this one.

        :return: whether it came to an end
        """
        profiles = self.env["c360.customer.profile"]
        if not self.changed_start:
            # the clock of the database: write dates are its
            self.write({"changed_start": self.env.cr.now(), "last_id": 0})
        customer_ids = [
            customer_id
            for customer_id in self._get_changed()
            if customer_id > self.last_id
        ]
        for start in range(0, len(customer_ids), SLICE):
            ids = customer_ids[start : start + SLICE]
            profiles._refresh_flushed(CustomerScope(ids))
            self.last_id = ids[-1]
            if start + SLICE < len(customer_ids) and not self._commit():
                return False
        profiles._refresh_comparison()
        self.write({"since": self.changed_start, "changed_start": False, "last_id": 0})
        return True

    def _get_changed(self):
        """Return the ids of the customers something happened to, in their order."""
        profiles = self.env["c360.customer.profile"]
        profiles._flush_sources()
        since = self.since - OVERLAP
        today = fields.Date.today()
        rows = self.env.execute_query(
            SQL(
                CHANGED,
                since=since,
                today=today,
                tomorrow=today + timedelta(days=1),
                sources=self.env["c360.customer.cost"]._get_changed_query(since),
            )
        )
        return sorted(customer_id for (customer_id,) in rows)

    def _commit(self):
        """Keep what is done; return whether there is time for more."""
        return self.env["ir.cron"]._commit_progress(1, remaining=1)
