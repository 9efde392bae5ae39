from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from .c360_pool import FEATURE, LEADER
from .c360_pool_claim import MAX_ID


class C360Pool(models.Model):
    """Protection: for some time nobody takes this lead away, nor its duplicates.

    An owner protects a lead once, so many at a time, for so many days. Its duplicates
    that wait in a pool cannot be claimed meanwhile: whoever has one of them would work
    on the same customer.
    """

    _inherit = "c360.pool"

    protect_limit = fields.Integer(
        string="Protected Leads",
        help="How many of the leads he holds a member may protect at a time. 0: none.",
    )
    protect_days = fields.Integer(
        string="Protected For",
        default=14,
        help="For how many days a protected lead is not recycled.",
    )

    _protection_positive = models.Constraint(
        "CHECK (protect_limit >= 0 AND protect_days >= 0)",
        "A protection is a number of leads and of days.",
    )

    @api.model
    def protect(self, lead_ids):
        """Protect leads the current user holds, each on its own merit.

        :param list lead_ids: ids of ``crm.lead``; the limit is used up in this order
        :return: ``{"granted": [id], "refused": [{"id": id, "reason": text}]}``
        :raise UserError: when this is not a list of ids, or pools are switched off
        :raise AccessError: for users who have nothing to do with pools
        """
        ids = self._check_request(lead_ids)
        self._lock_members([self.env.uid], self._get_my_pools())
        rows = self._get_protectable(ids)
        places = self._get_free_places({row["pool_id"] for row in rows.values()})
        granted, refused = [], []
        for lead_id in ids:
            reason = self._refuse_protection(rows.get(lead_id), places)
            if reason:
                refused.append({"id": lead_id, "reason": reason})
            else:
                granted.append(lead_id)
        self._protect([rows[lead_id] for lead_id in granted])
        return {"granted": granted, "refused": refused}

    @api.model
    def unprotect(self, lead_ids):
        """Give the protection of leads up; leaders may do so for others.

        :param list lead_ids: ids of ``crm.lead``
        :return: ids of the leads that were protected
        :raise UserError: when this is not a list of ids, or pools are switched off
        :raise AccessError: for leads the user may not see
        """
        ids = self._check_request(lead_ids)
        leads = (
            self.env["crm.lead"]
            .browse([lead_id for lead_id in ids if 0 < lead_id <= MAX_ID])
            .exists()
        )
        leads.check_access("read")
        now = fields.Datetime.now()
        mine = leads.filtered(
            lambda lead: (
                lead.protected_until
                and lead.protected_until > now
                and not lead.protected_lead_id
                and (lead.user_id == self.env.user or self.env.user.has_group(LEADER))
            )
        )
        # nobody writes protection but the system
        mine_sudo = mine.sudo()
        self.env["c360.pool.move"]._append("unprotect", mine_sudo)
        mine_sudo._pool_end_protection()
        return mine.ids

    @api.model
    def _get_protectable(self, ids):
        """Lock what the user holds among these: ``{id: row}``, in id order."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT lead.id, lead.pool_id, lead.protected_until,
                       EXISTS (
                       SELECT FROM c360_pool_move AS move
                             WHERE move.lead_id = lead.id
                               AND move.kind = 'protect'
                               AND move.user_id = %(uid)s
                               AND move.date >= lead.pool_date
                       ) AS protected_before
                  FROM crm_lead AS lead
                 WHERE lead.id = ANY(%(ids)s)
                   AND lead.user_id = %(uid)s
                   AND lead.pool_state = 'held'
                   AND lead.active
                   AND lead.won_status = 'pending'
              ORDER BY lead.id
                   FOR NO KEY UPDATE OF lead
                """,
                uid=self.env.uid,
                ids=[lead_id for lead_id in ids if 0 < lead_id <= MAX_ID],
            )
        )
        return {row["id"]: row for row in rows}

    @api.model
    def _get_free_places(self, pool_ids):
        """Return ``{pool id: leads the user may still protect}``, of his pools."""
        mine = [pool for pool in self._get_my_pools() if pool in pool_ids]
        used = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT pool_id, COUNT(*)
                      FROM crm_lead
                     WHERE user_id = %s
                       AND pool_id = ANY(%s)
                       AND pool_state = 'held'
                       AND active
                       AND won_status = 'pending'
                       AND protected_until > %s
                       AND protected_lead_id IS NULL
                  GROUP BY pool_id
                    """,
                    self.env.uid,
                    mine,
                    fields.Datetime.now(),
                )
            )
        )
        terms = self._get_terms()
        return {pool: terms[pool].protect_limit - used.get(pool, 0) for pool in mine}

    @api.model
    def _refuse_protection(self, row, places):
        """Return why this lead cannot be protected, or use up a place."""
        if not row:
            return self.env._("You protect leads you hold from a pool, while open.")
        pool_id = row["pool_id"]
        if pool_id not in places:
            return self.env._("You are not a member of its pool.")
        until = row["protected_until"]
        if until and until > fields.Datetime.now():
            return self.env._(
                "This lead is protected until %(date)s already.",
                date=format_datetime(self.env, until, dt_format="short"),
            )
        if row["protected_before"]:
            return self.env._("You have protected this lead before.")
        limit = self._get_terms()[pool_id].protect_limit
        if not limit:
            return self.env._("Leads of this pool are not protected.")
        if places[pool_id] <= 0:
            return self.env._(
                "You protect %(limit)s leads already. Give one of them up first.",
                limit=limit,
            )
        places[pool_id] -= 1
        return None

    @api.model
    def _protect(self, rows):
        """Protect locked leads and their duplicates, and keep the ledger."""
        if not rows:
            return
        now, terms = fields.Datetime.now(), self._get_terms()
        until = [
            now + timedelta(days=terms[row["pool_id"]].protect_days) for row in rows
        ]
        ids = [row["id"] for row in rows]
        # Plain SQL: the duplicates of a lead belong to others or wait in a pool. The
        # membership is written so that parallel protections wait for each other.
        self.env.execute_query(
            SQL(
                """
                WITH item AS (
                    SELECT *
                      FROM unnest(%(ids)s::int[], %(until)s::timestamp[])
                           AS item(id, until)
                ), twin AS (
                    %(twins)s
                ), member AS (
                    UPDATE c360_pool_member
                       SET last_claim_date = last_claim_date
                     WHERE user_id = %(uid)s AND pool_id = ANY(%(pools)s)
                ), locked AS MATERIALIZED (
                    SELECT lead.id
                      FROM crm_lead AS lead
                     WHERE lead.id IN (SELECT id FROM item UNION SELECT id FROM twin)
                  ORDER BY lead.id
                       FOR NO KEY UPDATE
                )
                UPDATE crm_lead AS lead
                   SET protected_until = COALESCE(item.until, twin.until),
                       protected_lead_id = CASE WHEN item.id IS NULL
                                           THEN twin.protected_lead_id END
                  FROM locked
             LEFT JOIN item ON item.id = locked.id
             LEFT JOIN twin ON twin.id = locked.id
                 WHERE lead.id = locked.id
             RETURNING lead.id
                """,
                twins=self._get_twins_sql(),
                ids=ids,
                until=until,
                uid=self.env.uid,
                now=now,
                pools=list({row["pool_id"] for row in rows}),
            )
        )
        self.env.invalidate_all(flush=False)
        # the owner appends to the ledger only by what he does here
        leads_sudo = self.env["crm.lead"].sudo().browse(ids)
        self.env["c360.pool.move"]._append("protect", leads_sudo)

    @api.model
    def _get_protection(self, row):
        """Return, in words, that the lead of a row is protected, or None."""
        until = row["protected_until"]
        if not until or until <= fields.Datetime.now():
            return None
        # the name of a colleague is no secret, the lead of his is
        lead_sudo = self.env["crm.lead"].sudo().browse(row["protected_lead_id"])
        return self.env._(
            "Protected as a duplicate of a lead of %(name)s until %(date)s.",
            name=lead_sudo.user_id.name or self.env._("somebody"),
            date=format_datetime(self.env, until, dt_format="short"),
        )

    @api.model
    def _get_twins_sql(self):
        """Return SQL for the duplicates that are protected with the leads of ``item``.

        Those we are sure of: pooled ones, and those of the same owner.
        """
        return SQL(
            """
            SELECT DISTINCT ON (twin.id) twin.id, item.until,
                   item.id AS protected_lead_id
              FROM item
              JOIN c360_lead_duplicate AS pair
                ON item.id IN (pair.lead_id, pair.other_lead_id)
              JOIN crm_lead AS twin
                ON twin.id IN (pair.lead_id, pair.other_lead_id) AND twin.id <> item.id
             WHERE (pair.level = 'surely' OR pair.state = 'confirmed')
               AND pair.state IN ('open', 'confirmed')
               AND twin.active
               AND (twin.pool_state = 'pooled' OR twin.user_id = %(uid)s)
               AND (twin.protected_until IS NULL OR twin.protected_until < item.until)
          ORDER BY twin.id, item.until DESC
            """,
            uid=self.env.uid,
        )


class C360PoolMixin(models.AbstractModel):
    """A lead's protection."""

    _inherit = "c360.pool.mixin"

    protected_until = fields.Datetime(
        copy=False,
        readonly=True,
        help="Until then the lead is not recycled, its duplicates are not claimed.",
    )
    protected_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Protected With",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The lead this one is a duplicate of, whose protection covers it.",
    )
    is_protected = fields.Boolean(string="Protected", compute="_compute_is_protected")
    can_protect = fields.Boolean(compute="_compute_is_protected")

    @api.depends("protected_until", "user_id", "pool_id", "pool_state", "won_status")
    @api.depends_context("uid")
    def _compute_is_protected(self):
        now = fields.Datetime.now()
        pools = self.env["c360.pool"]
        terms, mine = {}, []
        if self.env.user.has_group(FEATURE):
            terms, mine = pools._get_terms(), pools._get_my_pools()
        for lead in self:
            until = lead.protected_until
            lead.is_protected = bool(until and until > now)
            lead.can_protect = (
                not until
                and lead.pool_state == "held"
                and lead.won_status == "pending"
                and lead.user_id.id == self.env.uid
                and lead.pool_id.id in mine
                and terms[lead.pool_id.id].protect_limit > 0
            )

    def action_pool_protect(self):
        """Protect these leads and tell what came of each."""
        result = self.env["c360.pool"].protect(self.ids)
        names = {lead.id: lead.display_name for lead in self}
        lines = [
            self.env._(
                "“%(topic)s”: %(reason)s",
                topic=names[item["id"]],
                reason=item["reason"],
            )
            for item in result["refused"][:5]
        ]
        if result["granted"]:
            lines.insert(
                0,
                self.env._("%(count)s protected.", count=len(result["granted"])),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                # the client fills in links at each "%s"
                "message": "\n".join(lines).replace("%", "%%"),
                "type": "warning" if result["refused"] else "success",
                "sticky": bool(result["refused"]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_pool_unprotect(self):
        """Give the protection up."""
        self.env["c360.pool"].unprotect(self.ids)

    def _pool_end_protection(self):
        """End the protection of these leads, and of the duplicates it covered."""
        # Duplicates may belong to others; protection is the system's.
        covered_sudo = self.sudo()
        covered_sudo |= covered_sudo.with_context(active_test=False).search(
            [("protected_lead_id", "in", self.ids)]
        )
        covered_sudo.filtered("protected_until").with_context(
            tracking_disable=True
        ).write({"protected_until": False, "protected_lead_id": False})

    def _pool_owner_changed(self, before, *reasons):
        result = super()._pool_owner_changed(before, *reasons)
        # The giver may no longer see what he gave back.
        changed_sudo = self.sudo().filtered(
            lambda lead: lead.protected_until and lead.user_id.id != before[lead.id]
        )
        if changed_sudo:
            changed_sudo._pool_end_protection()
        return result
