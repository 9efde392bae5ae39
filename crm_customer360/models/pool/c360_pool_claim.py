from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

# beyond PostgreSQL's integer no record can exist
MAX_ID = 2**31 - 1


class C360Pool(models.Model):
    """Claiming: exactly one owner, exact limits, few statements for any batch.

    Two statements: one locks and counts, one grants. The order of locks is the same for
    everyone, so claims cannot block each other for good: first the member's own rows
    (written by a grant, so that his parallel claims queue up), then the leads by id.
    Cursors are REPEATABLE READ: whoever waited for a row that changed meanwhile fails
    with a serialisation error, the host starts his request again, and the second time
    he reads who was faster.
    """

    _name = "c360.pool"
    _inherit = ["c360.pool", "c360.pool.grant.mixin"]

    @api.model
    def claim(self, lead_ids):
        """Take leads out of their pools, each on its own merit, for the current user.

        :param list lead_ids: ids of ``crm.lead``; limits are used up in this order
        :return: ``{"granted": [id], "refused": [{"id": id, "reason": text}]}``
        :raise UserError: when this is not a list of ids, or pools are switched off
        :raise AccessError: for users who have nothing to do with pools
        """
        ids = self._check_request(lead_ids)
        known = [lead_id for lead_id in ids if 0 < lead_id <= MAX_ID]
        pool_ids = self._get_my_pools()
        leads = self._lock_leads(known, pool_ids) if known and pool_ids else {}
        granted, reasons = self._decide(ids, leads)
        self._grant_rows(
            [leads[lead_id] for lead_id in granted],
            [self.env.uid] * len(granted),
            "claim",
        )
        unexplained = [lead_id for lead_id in known if lead_id not in leads]
        reasons.update(self._explain(unexplained, pool_ids))
        gone = self.env._("This lead no longer exists.")
        mine = set(granted)
        return {
            "granted": granted,
            "refused": [
                {"id": lead_id, "reason": reasons.get(lead_id, gone)}
                for lead_id in ids
                if lead_id not in mine
            ],
        }

    @api.model
    def _check_request(self, lead_ids):
        """Return the ids of a request of the current user to the pools, each once."""
        self.browse().check_access("read")
        if not self._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        if not isinstance(lead_ids, list | tuple) or not all(
            isinstance(lead_id, int) and not isinstance(lead_id, bool)
            for lead_id in lead_ids
        ):
            raise UserError(self.env._("Give the leads as a list of ids."))
        self.env.flush_all()
        return list(dict.fromkeys(lead_ids))

    # ------------------------------------------------------------
    # Locks. Plain SQL throughout: a member may not see the leads he claims, and the
    # ORM has no lock in id order. Every statement is tied to the current user.
    # ------------------------------------------------------------

    @api.model
    def _get_my_pools(self):
        """Return the ids of the active pools the current user claims from."""
        terms = self._get_terms()
        pool_ids = self._get_memberships(self.env.uid)
        return [pool_id for pool_id in pool_ids if pool_id in terms]

    @api.model
    def _lock_leads(self, lead_ids, pool_ids):
        """Lock the user's memberships, then what waits in these pools, in id order.

        :return: ``{lead id: row}`` with the columns of ``_get_row_sql``, those of the
            membership, and what may stand against a claim of this lead
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH member AS MATERIALIZED (%(members)s),
                lead AS MATERIALIZED (
                    SELECT %(row)s, %(obstacles)s, %(woken)s AS woken
                      FROM crm_lead AS lead
                     WHERE lead.id = ANY(%(ids)s)
                       -- the array is complete, and so are the locks of the
                       -- memberships, before the first lead is locked
                       AND lead.pool_id = ANY(ARRAY(SELECT pool_id FROM member))
                       AND %(waiting)s
                       AND (lead.company_id IS NULL
                            OR lead.company_id = ANY(%(companies)s))
                  ORDER BY lead.id
                       FOR NO KEY UPDATE OF lead
                )
                SELECT * FROM lead JOIN member USING (pool_id)
                """,
                members=self._get_members_sql([self.env.uid], pool_ids),
                row=self._get_row_sql(),
                woken=self.env["c360.pool.arrival"]._get_pending_sql(),
                obstacles=self._get_obstacles_sql(pool_ids),
                waiting=self._get_waiting_sql(),
                ids=lead_ids,
                companies=list(self.env.user._get_company_ids()),
            )
        )
        return {row["id"]: row for row in rows}

    @api.model
    def _get_obstacles_sql(self, pool_ids):
        """Return SQL for what may stand against a claim of ``lead``, besides limits.

        Columns: ``released``, when the user last had to give it back; ``viewer_id``,
        who has its card open.
        """
        terms = self._get_terms()
        released = SQL("NULL::timestamp")
        if any(terms[pool_id].cooldown_days for pool_id in pool_ids):
            released = SQL(
                """
                (SELECT MAX(past.date)
                   FROM c360_pool_move AS past
                  WHERE past.lead_id = lead.id
                    AND past.previous_user_id = %s
                    AND past.kind IN ('return', 'recycle'))
                """,
                self.env.uid,
            )
        viewer = SQL("NULL::int")
        if any(terms[pool_id].lease_blocks for pool_id in pool_ids):
            viewer = self.env["c360.pool.lease"]._get_viewer_sql()
        return SQL("%s AS released, %s AS viewer_id", released, viewer)

    # ------------------------------------------------------------
    # Decision
    # ------------------------------------------------------------

    @api.model
    def _decide(self, ids, leads):
        """Use up the limits in the order of the request.

        :return: ids granted, and ``{id: reason}`` of those something stops
        """
        granted, reasons, meters = [], {}, {}
        for lead_id in ids:
            if lead_id not in leads:
                continue
            row = leads[lead_id]
            pool_id = row["pool_id"]
            if pool_id not in meters:
                meters[pool_id] = self._get_meter(row)
            reason = self._get_obstacle(row)
            if not reason:
                refusal = meters[pool_id].take(row["grade"])
                reason = refusal and self._explain_limit(refusal, pool_id)
            if reason:
                reasons[lead_id] = reason
            else:
                granted.append(lead_id)
        return granted, reasons

    @api.model
    def _get_obstacle(self, row):
        """Return what stands against a claim besides limits, in words, or None."""
        protection = self._get_protection(row)
        if protection:
            return protection
        if row["viewer_id"] and self._get_terms()[row["pool_id"]].lease_blocks:
            viewer_sudo = self.env["res.users"].sudo().browse(row["viewer_id"])
            return self.env._(
                "%(name)s is looking at this lead.", name=viewer_sudo.name
            )
        until = self._get_cooldown_end(row)
        if until and until > fields.Datetime.now():
            return self.env._(
                "You had this lead before. You may claim it again from %(date)s.",
                date=format_datetime(self.env, until, dt_format="short"),
            )
        return None

    @api.model
    def _explain_limit(self, refusal, pool_id):
        # its members may see the pool; a claim must not fail for want of its name
        pool_sudo = self.sudo().browse(pool_id)
        names = {"limit": refusal.limit, "pool": pool_sudo.name}
        if refusal.grade:
            names["grade"] = self._get_grade_label(refusal.grade)
            if refusal.kind == "day":
                return self.env._(
                    "You have claimed %(limit)s leads of grade “%(grade)s” of "
                    "“%(pool)s” today, the limit of a day.",
                    **names,
                )
            return self.env._(
                "You hold %(limit)s leads of grade “%(grade)s” of “%(pool)s”. Close "
                "one or give it back first.",
                **names,
            )
        if refusal.kind == "day":
            return self.env._(
                "You have claimed %(limit)s leads of “%(pool)s” today, the limit "
                "of a day.",
                **names,
            )
        return self.env._(
            "You hold %(limit)s leads of “%(pool)s”. Close one or give it back first.",
            **names,
        )

    @api.model
    def _get_grade_label(self, grade):
        field = self.env["c360.pool.limit"]._fields["grade"]
        return dict(field._description_selection(self.env)).get(grade, grade)

    @api.model
    def _explain(self, ids, pool_ids):
        """Tell why leads were not there to claim: ``{id: reason}``.

        The owner's name is told to members of the lead's pool, nothing to others.
        """
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, lead.pool_id, lead.user_id, partner.name
                  FROM crm_lead AS lead
             LEFT JOIN res_users AS owner ON owner.id = lead.user_id
             LEFT JOIN res_partner AS partner ON partner.id = owner.partner_id
                 WHERE lead.id = ANY(%(ids)s)
                   AND (lead.company_id IS NULL OR lead.company_id = ANY(%(companies)s))
                """,
                ids=ids,
                companies=list(self.env.user._get_company_ids()),
            )
        )
        reasons = {}
        for lead_id, pool_id, owner_id, owner in rows:
            if owner_id == self.env.uid:
                reason = self.env._("You have this lead already.")
            elif not pool_id:
                reason = self.env._("This lead is in no pool.")
            elif pool_id not in pool_ids:
                reason = self.env._("You are not a member of its pool.")
            elif owner_id:
                reason = self.env._("%(name)s has this lead already.", name=owner)
            else:
                reason = self.env._("This lead was closed meanwhile.")
            reasons[lead_id] = reason
        return reasons
