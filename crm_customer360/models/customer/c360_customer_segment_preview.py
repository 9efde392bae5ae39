import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .c360_customer_segment_query import DEFINITION_ERRORS

# Nobody waits longer than this while he types
PREVIEW_MS = 3000
OVERLAPS = 5

PREVIEW = """
WITH target AS MATERIALIZED (
    %(partners)s
), overlap AS (
    SELECT member.segment_id, COUNT(*) AS shared
      FROM (%(members)s) AS member
      JOIN target ON target.id = member.partner_id
     WHERE member.segment_id <> %(segment_id)s
  GROUP BY member.segment_id
  ORDER BY shared DESC, member.segment_id
     LIMIT %(overlaps)s
), profile AS (%(profiles)s)
SELECT (SELECT COUNT(*) FROM target),
       (SELECT COUNT(*)
          FROM target
         WHERE NOT EXISTS (
               SELECT
                 FROM (%(own)s) AS member
                WHERE member.id = target.id)),
       (SELECT jsonb_agg(jsonb_build_array(segment_id, shared)) FROM overlap),
       (SELECT COUNT(*) FROM profile),
       %(sums)s
"""


class C360CustomerSegment(models.Model):
    """What the conditions would bring, while they are being written."""

    _inherit = "c360.customer.segment"

    preview_count = fields.Integer(string="Who Fulfil", compute="_compute_preview")
    preview_new_count = fields.Integer(string="New Ones", compute="_compute_preview")
    preview_revenue = fields.Monetary(
        string="Their Revenue",
        compute="_compute_preview",
        help="Of those whose figures you may see.",
    )
    preview_margin = fields.Monetary(
        string="Their Margin",
        compute="_compute_preview",
        groups="crm_customer360.group_cost",
    )
    preview_lifetime_value = fields.Monetary(
        string="Their Expected Value",
        compute="_compute_preview",
        groups="crm_customer360.group_cost",
    )
    preview_overlap = fields.Html(
        string="Also In", compute="_compute_preview", sanitize=False
    )
    preview_error = fields.Char(compute="_compute_preview")

    @api.depends(
        "company_id",
        "condition_ids.count_min",
        "condition_ids.domain",
        "condition_ids.other_segment_ids",
        "condition_ids.presence",
        "condition_ids.subject",
        "condition_ids.total_min",
        "condition_ids.within_days",
        "date_refreshed",
        "domain",
        "excluded_segment_ids",
        "kind",
        "match",
        "reach",
    )
    @api.depends_context("uid", "lang")
    def _compute_preview(self):
        cost = self.env.user.has_group("crm_customer360.group_cost")
        for segment in self:
            figures, error = segment._read_preview(cost)
            segment.preview_count = figures.get("count", 0)
            segment.preview_new_count = figures.get("new", 0)
            segment.preview_revenue = figures.get("revenue", 0)
            if cost:
                segment.preview_margin = figures.get("margin", 0)
                segment.preview_lifetime_value = figures.get("lifetime_value", 0)
            segment.preview_overlap = segment._get_overlap_html(figures)
            segment.preview_error = error

    def _read_preview(self, cost):
        """Return what the conditions bring now, in a bounded time.

        With the rights of the user: what he may not read does not tell here.

        :param bool cost: whether the user may see margin and expected value
        :return: ``({"count", "new", "overlap", "revenue", ...}, error or False)``
        """
        self.ensure_one()
        names = self._get_value_names(cost)
        try:
            with self.env.cr.savepoint(flush=False):
                statement = self._get_preview_sql(names)
                # back to what it was with the savepoint's end only when it fails
                self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", PREVIEW_MS))
                self.env.cr.execute(statement, log_exceptions=False)
                row = self.env.cr.fetchone()
                self.env.cr.execute("SET LOCAL statement_timeout TO DEFAULT")
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except psycopg2.errors.QueryCanceled:
            return {}, self.env._(
                "Too many to count while you wait. Save to have it counted."
            )
        except AccessError:
            return {}, self.env._("The conditions look at something you may not read.")
        except (*DEFINITION_ERRORS, psycopg2.Error) as error:
            return {}, self.env._(
                "The conditions are not complete: %(error)s", error=error
            )
        count, new, overlap, _profiles, *sums = row
        return {
            "count": count,
            "new": new,
            "overlap": overlap or [],
            **dict(zip(names, sums, strict=True)),
        }, False

    def _get_value_names(self, cost):
        """Return the columns of the profile that say what customers are worth."""
        Profile = self.env["c360.customer.profile"]
        names = ["revenue", *(("margin", "lifetime_value") if cost else ())]
        return [
            name
            for name in names
            if name in Profile._fields and Profile._fields[name].store
        ]

    def _get_preview_sql(self, names):
        segment = self._of_company()
        profiles = segment.env["c360.customer.profile"]._search(
            [("company_id", "=", self.company_id.id)]
        )
        profiles.order = None
        profiles.add_where(
            SQL(
                "%s IN (SELECT id FROM target)",
                SQL.identifier(profiles.table, "partner_id"),
            )
        )
        return SQL(
            PREVIEW,
            partners=segment._select_partners(),
            segment_id=self._origin.id or 0,
            members=segment.env["c360.customer.segment.member"]._get_current_sql(
                Domain(
                    "segment_id",
                    "any",
                    segment._get_visible_sql([("active", "=", True)]),
                ),
                segment_id="segment_id",
                partner_id="partner_id",
            ),
            own=segment._get_member_sql(),
            overlaps=OVERLAPS,
            profiles=profiles.select(
                *(SQL.identifier(profiles.table, name) for name in names)
            ),
            sums=SQL(", ").join(
                SQL("(SELECT SUM(%s) FROM profile)", SQL.identifier(name))
                for name in names
            ),
        )

    def _get_overlap_html(self, figures):
        """Return the segments the same customers are in, the largest share first."""
        count, overlap = figures.get("count"), figures.get("overlap")
        if not count or not overlap:
            return False
        names = {
            segment.id: segment.name
            for segment in self.browse(segment_id for segment_id, _shared in overlap)
        }
        items = Markup().join(
            Markup(
                '<div class="d-flex justify-content-between gap-3"><span>%s</span>'
                '<span class="text-muted text-nowrap">%s · %s %%</span></div>'
            )
            % (names[segment_id], f"{shared:,}", round(100 * shared / count))
            for segment_id, shared in overlap
        )
        return Markup('<div class="w-100">%s</div>') % items
