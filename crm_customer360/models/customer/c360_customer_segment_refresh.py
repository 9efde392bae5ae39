import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .c360_customer_segment_query import DEFINITION_ERRORS

_logger = logging.getLogger(__name__)

LATELY_DAYS = 30

# The difference between who is in and who should be. Whoever left today and belongs
# again has never been away; who came today and does not belong was never there.
REFRESH_MEMBERS = """
WITH target AS MATERIALIZED (
    %(partners)s
), stay AS MATERIALIZED (
    SELECT id, partner_id, date_from
      FROM c360_customer_segment_member
     WHERE segment_id = %(segment_id)s
       AND date_to IS NULL
), left_now AS (
    UPDATE c360_customer_segment_member AS member
       SET date_to = %(today)s
      FROM stay
     WHERE member.id = stay.id
       AND stay.date_from < %(today)s
       AND NOT EXISTS (SELECT FROM target WHERE target.id = stay.partner_id)
 RETURNING member.id
), never_there AS (
    DELETE FROM c360_customer_segment_member AS member
     USING stay
     WHERE member.id = stay.id
       AND stay.date_from >= %(today)s
       AND NOT EXISTS (SELECT FROM target WHERE target.id = stay.partner_id)
 RETURNING member.id
), missing AS MATERIALIZED (
    SELECT target.id
      FROM target
     WHERE NOT EXISTS (SELECT FROM stay WHERE stay.partner_id = target.id)
), never_away AS (
    UPDATE c360_customer_segment_member AS member
       SET date_to = NULL
      FROM missing
     -- by hand and by merges one may leave twice a day
     WHERE member.id = (
           SELECT MAX(latest.id)
             FROM c360_customer_segment_member AS latest
            WHERE latest.segment_id = %(segment_id)s
              AND latest.partner_id = missing.id
              AND latest.date_to = %(today)s)
 RETURNING member.partner_id
), entered AS (
    INSERT INTO c360_customer_segment_member (segment_id, partner_id, date_from)
    SELECT %(segment_id)s, missing.id, %(today)s
      FROM missing
     WHERE NOT EXISTS (
           SELECT FROM never_away WHERE never_away.partner_id = missing.id)
 RETURNING id
)
SELECT (SELECT COUNT(*) FROM left_now) + (SELECT COUNT(*) FROM never_there)
       + (SELECT COUNT(*) FROM never_away) + (SELECT COUNT(*) FROM entered)
"""

FIGURES = """
SELECT (SELECT COUNT(*) FROM member) AS partner_count,
       (SELECT COUNT(*)
          FROM c360_customer_segment_member
         WHERE segment_id = %(segment_id)s
           AND date_from > %(since)s) AS entered_count,
       (SELECT COUNT(*)
          FROM c360_customer_segment_member
         WHERE segment_id = %(segment_id)s
           AND date_to > %(since)s) AS left_count,
       %(sums)s
  FROM member
  LEFT JOIN c360_customer_profile AS profile
    ON profile.partner_id = member.partner_id
   AND profile.company_id = %(company_id)s
"""


class C360CustomerSegment(models.Model):
    """Who is in a segment: worked out at night, on the button and after a change."""

    _inherit = "c360.customer.segment"

    @api.model
    def _cron_refresh(self):
        """Refresh every segment that was not refreshed today."""
        if not self._is_used():
            return
        midnight = fields.Datetime.now().replace(hour=0, minute=0, second=0)
        due = self.search(
            [
                "|",
                ("date_refreshed", "=", False),
                ("date_refreshed", "<", midnight),
            ]
        )._in_order()
        for done, segment in enumerate(due, 1):
            try:
                if segment.try_lock_for_update():
                    segment._refresh()
                else:
                    # at it already, or deleted: not worth stopping for
                    _logger.info("Segment %s: in use, not refreshed", segment.id)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # somebody pressed the button meanwhile; what is left is due tomorrow
                _logger.info("Segment %s: refresh collided", segment.id)
                self.env.cr.rollback()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - done):
                return

    @api.model
    def _wake_refresh(self):
        # scheduling is the system's business, users have no access to crons
        cron_sudo = self.env.ref(
            "crm_customer360.ir_cron_customer_segment", raise_if_not_found=False
        )
        if cron_sudo:
            cron_sudo.sudo()._trigger()

    def _definition_changed(self):
        """Have these segments, and those built on them, refreshed soon."""
        if not self or not self._is_used():
            return
        changed, needs = set(self.ids), self._get_needs()
        while more := {
            segment_id
            for segment_id, needed in needs.items()
            if needed & changed and segment_id not in changed
        }:
            changed |= more
        # also those of colleagues; the refresh alone says when it was
        segments_sudo = self.sudo().browse(changed)
        segments_sudo.write({"date_refreshed": False, "refresh_error": False})
        self._wake_refresh()

    def _refresh(self):
        """Bring the members of these segments in line with their conditions.

        Two statements a segment at any size; rows that did not change are not
        written. What cannot be asked is reported on the segment, whose members stay
        as they were. Does nothing while segments are switched off.

        :return: number of rows written or removed
        :raise UserError: when one of them is being refreshed already
        """
        if not self._is_used():
            return 0
        segments_sudo = self.sudo()
        if segments_sudo.try_lock_for_update() != segments_sudo:
            raise UserError(
                self.env._("This segment is being refreshed already. Please wait.")
            )
        self.env.flush_all()
        written = sum(segment._refresh_or_report() for segment in self._in_order())
        if written:
            self.env["c360.customer.segment.member"].invalidate_model(flush=False)
            self.env["res.partner"].invalidate_model(["c360_segment_ids"], flush=False)
        return written

    def _refresh_or_report(self):
        """Refresh one segment, or leave on it why that is not possible.

        :raise psycopg2.OperationalError: a collision with another transaction
        """
        segment_sudo = self._as_system()
        written, error_text = 0, False
        try:
            with self.env.cr.savepoint(flush=False):
                if segment_sudo.kind == "dynamic":
                    written = segment_sudo._refresh_members()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except (*DEFINITION_ERRORS, psycopg2.Error, UserError) as error:
            _logger.warning("Segment %s: conditions failed", self.id, exc_info=True)
            error_text = str(error)[:500] or type(error).__name__
        segment_sudo._write_figures(refresh_error=error_text)
        return written

    def _refresh_members(self):
        """Write who entered and who left; return how many rows that took."""
        [(written,)] = self.env.execute_query(
            SQL(
                REFRESH_MEMBERS,
                partners=self._select_partners(),
                segment_id=self.id,
                today=fields.Date.today(),
            )
        )
        return written

    def _members_changed(self):
        """Bring the figures up to date after a change by hand."""
        self.env["c360.customer.segment.member"].invalidate_model()
        self.env["res.partner"].invalidate_model(["c360_segment_ids"])
        self._as_system()._write_figures()

    def _write_figures(self, **vals):
        """Write size and value of a segment, with the moment.

        :param vals: further values of the segment
        """
        Profile = self.env["c360.customer.profile"]
        names = [
            name
            for name in ("revenue", "margin", "lifetime_value")
            if name in Profile._fields and Profile._fields[name].store
        ]
        sums = SQL(", ").join(
            SQL("COALESCE(SUM(%s), 0)", SQL.identifier("profile", name))
            for name in names
        )
        member = SQL(
            """
            SELECT member.partner_id
              FROM c360_customer_segment_member AS member
              JOIN res_partner AS partner ON partner.id = member.partner_id
             WHERE member.segment_id = %s
               AND member.date_to IS NULL
               AND partner.active
            """,
            self.id,
        )
        [row] = self.env.execute_query(
            SQL(
                "WITH member AS MATERIALIZED (%s) %s",
                member,
                SQL(
                    FIGURES,
                    sums=sums,
                    segment_id=self.id,
                    company_id=self.company_id.id,
                    since=fields.Date.add(fields.Date.today(), days=-LATELY_DAYS),
                ),
            )
        )
        keys = ["partner_count", "entered_count", "left_count", *names]
        vals.update(zip(keys, row, strict=True), date_refreshed=fields.Datetime.now())
        self.write(vals)

    # ------------------------------------------------------------------- search

    @api.model
    def _get_visible_sql(self, domain):
        """Return SQL selecting ids of segments the user may use.

        :param Domain domain: on the segment
        """
        query = self.with_context(active_test=False)._search(Domain(domain))
        query.order = None
        return query.select()
