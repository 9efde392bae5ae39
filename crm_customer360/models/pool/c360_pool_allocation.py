from datetime import timedelta

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...tools.pool_allocation import Taker, plan

# Leads handed out in one transaction: what a claim may have to wait for.
SLICE = 500
# How often a slice is tried again when claims were faster.
TRIES = 5
# After so many slices in a row that fit nobody a run gives up.
BARREN = 10


class C360Pool(models.Model):
    """Handing out what waits, without anybody claiming it.

    The plan is pure arithmetic (``tools/pool_allocation.py``). Around it: who is
    there and how much room he has, under the locks a claim takes; which leads fit
    whom; and the grant, which is the one of a claim.
    """

    _inherit = "c360.pool"

    allocation = fields.Selection(
        selection=[
            ("hand", "Members claim"),
            ("auto", "Automatic"),
            ("offer", "Offered in turn"),
        ],
        default="hand",
        required=True,
        help="Members claim: first come, first served.\n"
        "Automatic: each lead is given to the member who had least for his share.\n"
        "Offered in turn: that member has a while to accept it, then the next one has.",
    )
    allocation_days = fields.Integer(
        string="Fair over",
        default=30,
        help="Leads of this many days count when it is worked out who got less.",
    )

    _allocation_days_positive = models.Constraint(
        "CHECK (allocation_days > 0)", "Shares are compared over one day at least."
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("allocation") in ("auto", "offer"):
            self._wake_allocation(self.ids)
        return result

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_allocating_ids(self):
        """Return the ids of the active pools that hand out by themselves."""
        # whoever brings a lead need not see the pool it enters
        pools_sudo = self.sudo().search([("allocation", "in", ("auto", "offer"))])
        return frozenset(pools_sudo.ids)

    @api.model
    def _wake_allocation(self, pool_ids):
        """Hand out soon after this transaction, if one of the pools does so itself."""
        data = self.env.cr.precommit.data
        if data.get("c360_pool_awake") or not self._get_allocating_ids() & {*pool_ids}:
            return
        data["c360_pool_awake"] = True
        cron = self.env.ref(
            "crm_customer360.ir_cron_pool_allocation", raise_if_not_found=False
        )
        if cron:
            cron._trigger()

    @api.model
    def _cron_allocate(self):
        """Hand out what waits, in slices that are committed one by one."""
        if not self._is_enabled():
            return
        cron = self.env["ir.cron"]
        pools = self.browse(sorted(self._get_allocating_ids()))
        self.env["c360.pool.offer"]._expire()
        cron._commit_progress(remaining=len(pools))
        for pool in pools:
            if not pool._allocate_waiting(cron._commit_progress):
                # out of time: go on where we stopped
                self._wake_allocation(pool.ids)
                cron._commit_progress()
                return
            cron._commit_progress(1)

    def action_allocate(self):
        """Hand out now what waits in these pools."""
        self.check_access("write")
        self._wake_allocation(self.ids)
        return True

    def _allocate_waiting(self, commit=None):
        """Hand out what waits in one pool until nobody or nothing is left.

        :param commit: called after each slice; returns the seconds left
        :return: False when the time is up
        """
        tried, counts, collisions, barren = [], {}, 0, 0
        while True:
            try:
                pairs, seen = self._allocate_slice(tried)
            except (LockNotAvailable, SerializationFailure):
                # Claims were faster. Nothing of this slice is written yet.
                collisions += 1
                if commit is None or collisions > TRIES:
                    raise
                self.env.cr.rollback()
                continue
            tried += seen
            for _lead_id, user_id in pairs:
                counts[user_id] = counts.get(user_id, 0) + 1
            barren = 0 if pairs else barren + 1
            # what nobody fits must not cost all of a long queue each time
            more = len(seen) == SLICE and barren < BARREN
            if not more:
                self._tell_members(counts)
            if commit is not None and not commit(0):
                if more:
                    self._tell_members(counts)
                return False
            if not more:
                return True

    # ------------------------------------------------------------
    # One slice
    # ------------------------------------------------------------

    def _allocate_slice(self, skip_ids=()):
        """Hand out the next leads of this pool.

        :param skip_ids: leads this run has seen already
        :return: ``(pairs of lead id and user id, ids of the leads looked at)``
        """
        self.ensure_one()
        self.env.flush_all()
        members = self._get_allocation_members()
        if not members:
            return [], []
        meters = self._lock_members([m.user_id.id for m in members], self.ids)
        members = members.filtered(lambda m: (m.user_id.id, self.id) in meters)
        takers = self._get_takers(members, meters)
        if all(taker.capacity == 0 for taker in takers):
            return [], []
        rows = self._lock_waiting(SLICE, skip_ids)
        if not rows:
            return [], []
        fits, preferred = self._get_fits(rows, members)
        places = plan(fits, takers, preferred)
        granted, users = [], []
        for row, place in zip(rows, places, strict=True):
            if place is None:
                continue
            user_id = members[place].user_id.id
            # the plan knows the room of a member, the meter that of each grade too
            if meters[user_id, self.id].take(row["grade"]) is None:
                granted.append(row)
                users.append(user_id)
        if granted:
            self._hand_out(granted, users)
        return (
            [(row["id"], user_id) for row, user_id in zip(granted, users, strict=True)],
            [row["id"] for row in rows],
        )

    def _hand_out(self, rows, users):
        """Give the leads to their users; where they are offered, offer them."""
        self._grant_rows(rows, users, "assign", self.env._("Allocated"))

    def _get_allocation_members(self):
        """Return who takes part today: there, not paused, works in sales."""
        # The cron sees all; a manager of the pool must get the same plan.
        members_sudo = self.env["c360.pool.member"].sudo()
        members_sudo = members_sudo.search(
            [("pool_id", "=", self.id), ("paused", "=", False)], order="id"
        )
        absent = self._get_absent_ids(members_sudo.user_id.ids)
        return members_sudo.filtered(
            lambda member: (
                member.user_id.active
                and member.user_id.id not in absent
                and member.user_id.has_group("crm_customer360.group_user")
            )
        )

    @api.model
    def _get_absent_ids(self, user_ids):
        """Return which of these users are on leave now, as their calendar says.

        The leave of an employee that was approved stands there as well.
        """
        now = fields.Datetime.now()
        self.env["resource.calendar.leaves"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT resource.user_id
                  FROM resource_calendar_leaves AS leave
                  JOIN resource_resource AS resource ON resource.id = leave.resource_id
                 WHERE resource.user_id = ANY(%(users)s)
                   AND resource.active
                   AND leave.time_type = 'leave'
                   AND leave.date_from <= %(now)s
                   AND leave.date_to > %(now)s
                """,
                users=list(user_ids),
                now=now,
            )
        )
        return {row[0] for row in rows}

    def _get_takers(self, members, meters):
        """Return a ``Taker`` per member: share, what he got lately, held, room."""
        since = fields.Datetime.now() - timedelta(days=self.allocation_days or 30)
        received = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT user_id, COUNT(*)
                      FROM c360_pool_move
                     WHERE pool_id = %(pool)s
                       AND user_id = ANY(%(users)s)
                       AND date >= %(since)s
                       AND kind IN ('claim', 'assign')
                  GROUP BY user_id
                    """,
                    pool=self.id,
                    users=members.user_id.ids,
                    since=since,
                )
            )
        )
        return [
            Taker(
                weight=member.weight or 1,
                received=received.get(member.user_id.id, 0),
                held=meters[member.user_id.id, self.id].held.total(),
                capacity=meters[member.user_id.id, self.id].room(),
            )
            for member in members
        ]

    def _lock_waiting(self, size, skip_ids=()):
        """Lock the next leads to hand out, past those somebody else has locked.

        :return: list of dicts, as ``_grant_rows`` wants them
        """
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT %(row)s
                  FROM crm_lead AS lead
                 WHERE lead.pool_id = %(pool)s
                   AND %(waiting)s
                   AND lead.offer_user_id IS NULL
                   AND lead.offer_exhausted IS NOT TRUE
                   AND (lead.protected_until IS NULL OR lead.protected_until <= %(now)s)
                   AND lead.id <> ALL(%(skip)s)
              ORDER BY lead.priority DESC, lead.pool_date, lead.id
                 LIMIT %(size)s
                   FOR NO KEY UPDATE OF lead SKIP LOCKED
                """,
                row=self._get_row_sql(),
                waiting=self._get_waiting_sql(),
                pool=self.id,
                skip=list(skip_ids),
                now=fields.Datetime.now(),
                size=size,
            )
        )

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    def _tell_members(self, counts):
        """Send one notice to each member who got something.

        :param dict counts: user id -> number of leads
        """
        # a member's name and language are no secrets to the one who hands out
        users_sudo = self.env["res.users"].sudo().browse(counts)
        # whoever got as many reads the same words: one message for all of them
        for (lang, count), some_sudo in users_sudo.grouped(
            lambda user: (user.lang, counts[user.id])
        ).items():
            pool = self.with_context(lang=lang)
            notice = pool._get_notice(count)
            words = {"title": pool.name, "message": notice, "type": "info"}
            for user_sudo in some_sudo:
                user_sudo._bus_send("simple_notification", words)
            # mails leave by the host's queue, not while leads are locked
            thread_sudo = self.env["mail.thread"].sudo()
            thread_sudo.with_context(mail_notify_force_send=False).message_notify(
                partner_ids=some_sudo.partner_id.ids,
                subject=pool.name,
                body=notice,
                email_layout_xmlid="mail.mail_notification_light",
            )

    def _get_notice(self, count):
        return self.env._(
            "%(count)s new leads of “%(pool)s” are yours.", count=count, pool=self.name
        )
