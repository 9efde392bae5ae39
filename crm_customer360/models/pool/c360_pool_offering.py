from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime


class C360Pool(models.Model):
    """How long an offer stands, and what follows."""

    _inherit = "c360.pool"

    offer_minutes = fields.Integer(
        string="An Offer Stands",
        default=60,
        help="Minutes of the working hours of the pool.",
    )
    offer_max = fields.Integer(
        string="Offers of a Lead",
        default=3,
        help="After so many offers that nobody accepted, every member may claim the "
        "lead. 0: it is offered until nobody is left to ask.",
    )

    _offer_positive = models.Constraint(
        "CHECK (offer_minutes > 0 AND offer_max >= 0)",
        "An offer stands for a minute at least.",
    )

    def _hand_out(self, rows, users):
        if self.allocation == "offer":
            return self.env["c360.pool.offer"]._make(self, rows, users)
        return super()._hand_out(rows, users)

    def _get_takers(self, members, meters):
        """What is offered to somebody fills his places, and counts as received."""
        takers = super()._get_takers(members, meters)
        # a member reads his own offers, those of all of them count
        offers_sudo = self.env["c360.pool.offer"].sudo()
        standing = dict(
            offers_sudo._read_group(
                [("pool_id", "=", self.id), ("state", "=", "offered")],
                ["user_id"],
                ["__count"],
            )
        )
        result = []
        for member, taker in zip(members, takers, strict=True):
            count = standing.get(member.user_id, 0)
            result.append(
                taker._replace(
                    received=taker.received + count,
                    held=taker.held + count,
                    capacity=taker.capacity
                    if taker.capacity is None
                    else max(taker.capacity - count, 0),
                )
            )
        return result

    def _get_allocation_bars(self, lead_ids, user_ids):
        """Nobody is offered a lead twice while it waits."""
        bars = super()._get_allocation_bars(lead_ids, user_ids)
        if self.allocation != "offer":
            return bars
        return bars | set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT offer.lead_id, offer.user_id
                      FROM c360_pool_offer AS offer
                      JOIN crm_lead AS lead ON lead.id = offer.lead_id
                     WHERE offer.lead_id = ANY(%(leads)s)
                       AND offer.user_id = ANY(%(users)s)
                       AND offer.date >= lead.pool_date
                    """,
                    leads=list(lead_ids),
                    users=list(user_ids),
                )
            )
        )

    # ------------------------------------------------------------
    # What an offer means for a claim
    # ------------------------------------------------------------

    @api.model
    def _get_obstacle(self, row):
        offered_to, until = row["offer_user_id"], row["offer_until"]
        # one that ran out stands in nobody's way until the cron ends it
        stands = until and until > fields.Datetime.now()
        if offered_to and stands and offered_to != self.env.uid:
            # the name of a colleague is no secret
            user_sudo = self.env["res.users"].sudo().browse(offered_to)
            return self.env._(
                "This lead is offered to %(name)s just now.", name=user_sudo.name
            )
        return super()._get_obstacle(row)

    @api.model
    def _grant_rows(self, rows, user_ids, kind, reason=None):
        """Whoever gets a lead that was on offer: the offer ends with it."""
        result = super()._grant_rows(rows, user_ids, kind, reason)
        marked = [
            (row["id"], user_id)
            for row, user_id in zip(rows, user_ids, strict=True)
            if row.get("offer_user_id") or row.get("offer_exhausted")
        ]
        if marked:
            offers = self.env["c360.pool.offer"]
            for user_id in {user_id for _lead, user_id in marked}:
                offers._settle([i for i, user in marked if user == user_id], user_id)
            offers._mark([i for i, _user in marked], [None] * len(marked), False)
        return result

    @api.model
    def _get_row_sql(self):
        return SQL(
            """
            %s, lead.offer_user_id, lead.offer_exhausted,
            CASE WHEN lead.offer_user_id IS NOT NULL THEN (
                SELECT offer.date_deadline
                  FROM c360_pool_offer AS offer
                 WHERE offer.lead_id = lead.id AND offer.state = 'offered'
            ) END AS offer_until
            """,
            super()._get_row_sql(),
        )

    def _get_offer_deadline(self, now):
        """Return when an offer made now runs out, in working hours of the pool."""
        calendar = self.calendar_id or (
            self.company_id.resource_calendar_id
            or self.env.company.resource_calendar_id
        )
        hours = self.offer_minutes / 60
        end = calendar and calendar.plan_hours(
            hours, pytz.utc.localize(now), compute_leaves=True
        )
        if not end:
            return now + timedelta(minutes=self.offer_minutes)
        return end.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_notice(self, count):
        if self.allocation != "offer":
            return super()._get_notice(count)
        until = self._get_offer_deadline(fields.Datetime.now())
        return self.env._(
            "You are offered %(count)s leads of “%(pool)s”, until %(until)s: see "
            "Lead Pools, Offers.",
            count=count,
            pool=self.name,
            until=format_datetime(self.env, until),
        )


class C360PoolMixin(models.AbstractModel):
    """To whom a waiting lead is offered."""

    _inherit = "c360.pool.mixin"

    offer_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Offered to",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
    offer_exhausted = fields.Boolean(
        string="Free for All",
        copy=False,
        readonly=True,
        help="It was offered as often as its pool says; any member may claim it.",
    )

    # allocation: WHERE pool_id = ORDER BY priority DESC, pool_date, id, what nobody
    # was asked about yet
    _offer_next_idx = models.Index(
        "(pool_id, priority DESC, pool_date, id) WHERE pool_state = 'pooled' "
        "AND offer_user_id IS NULL AND offer_exhausted IS NOT TRUE"
    )

    def write(self, vals):
        """An offer ends when its lead gets an owner, is closed or moves."""
        if (
            not {"user_id", "active", "stage_id", "probability", "pool_id"}
            & vals.keys()
        ):
            return super().write(vals)
        # whoever assigns a lead need not see the offer
        offered_sudo = self.sudo().filtered("offer_user_id")
        result = super().write(vals)
        gone = offered_sudo.filtered(
            lambda lead: (
                lead.pool_state != "pooled"
                or "pool_id" in vals
                or not lead.active
                or lead.won_status != "pending"
            )
        )
        if gone:
            offers = self.env["c360.pool.offer"]
            offers._settle(gone.ids, vals.get("user_id"))
            offers._mark(gone.ids, [None] * len(gone))
        if vals.get("pool_id") or vals.get("user_id"):
            # the giver may no longer see the lead; the mark is the system's
            done_sudo = self.sudo().filtered("offer_exhausted")
            done_sudo.with_context(tracking_disable=True).offer_exhausted = False
        return result
