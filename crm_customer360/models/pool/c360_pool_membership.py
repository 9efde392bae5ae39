from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .c360_pool import LEADER, RULE_ERRORS

# What says who the members are.
SOURCES = {"team_ids", "has_member_rule", "member_domain", "company_id"}


class C360Pool(models.Model):
    """Who belongs to a pool: named one by one, by team, or by a rule over users.

    ``c360.pool.member`` stays the truth, because claims lock its rows; teams and rules
    only say which rows there are. Whoever leaves keeps his row, archived, with his
    share and wishes, and finds it again when he comes back.
    """

    _inherit = "c360.pool"

    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="c360_pool_team_rel",
        column1="pool_id",
        column2="team_id",
        string="Members: Sales Teams",
        help="Everybody in these teams is a member, as long as he is in the team.",
    )
    has_member_rule = fields.Boolean(
        string="Members by Rule",
        help="Everybody who fits a rule is a member, as long as he fits it.",
    )
    member_domain = fields.Char(
        string="Who Fits",
        default="[]",
        help="Internal users who fit this rule. Empty: all of them.",
    )

    @api.constrains("member_domain")
    def _check_member_domain(self):
        # the words of the rule, not the rights of who writes it
        users_sudo = self.env["res.users"].sudo()
        for pool in self:
            try:
                users_sudo._search(literal_eval(pool.member_domain or "[]"))
            except RULE_ERRORS as error:
                raise ValidationError(
                    self.env._(
                        "The rule of members of “%(pool)s” cannot be read: %(error)s",
                        pool=pool.name,
                        error=error,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create(vals_list)
        pools.filtered(lambda p: p.team_ids or p.has_member_rule)._sync_members()
        return pools

    def write(self, vals):
        result = super().write(vals)
        if SOURCES & vals.keys():
            self._sync_members()
        return result

    @api.model
    def _get_assignable(self):
        """Return the pools whose leads the current user may hand out."""
        if self.env.su or self.env.user.has_group(LEADER):
            return self.search(Domain.TRUE)
        return self._get_managed()

    # ------------------------------------------------------------
    # Members by team and by rule
    # ------------------------------------------------------------

    def _get_rule_users(self):
        self.ensure_one()
        # Whoever changes a pool or a team need not be allowed to read users.
        users_sudo = self.env["res.users"].sudo()
        if not self.has_member_rule:
            return users_sudo
        rule = Domain(literal_eval(self.member_domain or "[]"))
        return users_sudo.search(rule & Domain("share", "=", False))

    @api.model
    @tools.ormcache()
    def _get_member_sources(self):
        """Return whose members follow what.

        :return: ``(pool ids by rule, first fields of the rules, pool ids by team)``
        """
        # asked by everybody who writes a user or a team, whatever pools he sees
        pools_sudo = self.sudo().search(Domain.TRUE)
        by_rule = pools_sudo.filtered("has_member_rule")
        names = set()
        for pool in by_rule:
            try:
                domain = Domain(literal_eval(pool.member_domain or "[]"))
            except RULE_ERRORS:
                continue
            names |= {
                condition.field_expr.split(".")[0]
                for condition in domain.iter_conditions()
            }
        return (
            tuple(by_rule.ids),
            frozenset(names),
            tuple(pools_sudo.filtered("team_ids").ids),
        )

    def _sync_members(self):
        """Make the memberships follow teams and rules, in bulk per pool.

        Rows added by hand are left alone, but for users who were archived.
        """
        if not self:
            return
        # Whoever leaves a team need not be allowed to write memberships.
        pools_sudo = self.sudo()
        for pool in pools_sudo:
            try:
                by_rule = pool._get_rule_users()
            except RULE_ERRORS:
                # The rule was right when it was written: keep whom it brought.
                by_rule = pool.member_ids.filtered(
                    lambda member: member.source == "rule"
                ).user_id
            wanted = {user_id: "rule" for user_id in by_rule.ids}
            wanted |= {
                user.id: "team"
                for user in pool.team_ids.crm_team_member_ids.user_id
                if user.active and not user.share
            }
            if pool.company_id:
                wanted = {
                    user.id: wanted[user.id]
                    for user in by_rule.browse(wanted)
                    if pool.company_id in user.company_ids
                }
            pool._apply_members(wanted)
        self.invalidate_recordset(["member_ids", "member_count"])

    def _apply_members(self, wanted):
        """Add, bring back and archive rows of one pool.

        :param dict wanted: user id -> ``team`` or ``rule``
        """
        members = self.env["c360.pool.member"].with_context(active_test=False)
        rows = members.search([("pool_id", "=", self.id)])
        by_user = rows.grouped(lambda member: member.user_id.id)
        gone = rows.filtered(
            lambda member: (
                member.active
                and (
                    not member.user_id.active
                    or (member.source != "user" and member.user_id.id not in wanted)
                )
            )
        )
        gone.write({"active": False})
        for source in ("team", "rule"):
            users = [user for user, kind in wanted.items() if kind == source]
            members.create(
                [
                    {"pool_id": self.id, "user_id": user_id, "source": source}
                    for user_id in users
                    if user_id not in by_user
                ]
            )
            known = members.union(*(by_user[user] for user in users if user in by_user))
            known.filtered(
                lambda member, source=source: (
                    not member.active or member.source not in ("user", source)
                )
            ).write({"active": True, "source": source})

    @api.model
    def _cron_sync_members(self):
        """Catch what no write tells: a rule that looks further than the user."""
        by_rule, _names, by_team = self._get_member_sources()
        pools = self.browse({*by_rule, *by_team}).exists()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(pools))
        for pool in pools:
            pool._sync_members()
            if not cron._commit_progress(1):
                break


class C360PoolMember(models.Model):
    """Where a membership comes from, and what he gets by allocation."""

    _inherit = "c360.pool.member"

    source = fields.Selection(
        selection=[("user", "By hand"), ("team", "By team"), ("rule", "By rule")],
        default="user",
        required=True,
        readonly=True,
        help="Members by team or rule come and go with it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Adding somebody who left by hand or by team brings his row back."""
        pairs = [(vals.get("pool_id"), vals.get("user_id")) for vals in vals_list]
        former = self.with_context(active_test=False).search(
            [
                ("active", "=", False),
                ("pool_id", "in", [pool_id for pool_id, _user in pairs if pool_id]),
                ("user_id", "in", [user_id for _pool, user_id in pairs if user_id]),
            ]
        )
        by_pair = {(row.pool_id.id, row.user_id.id): row for row in former}
        new = super().create(
            [
                vals
                for vals, pair in zip(vals_list, pairs, strict=True)
                if pair not in by_pair
            ]
        )
        fresh, members = iter(new), self.browse()
        for vals, pair in zip(vals_list, pairs, strict=True):
            if pair in by_pair:
                by_pair[pair].write({"source": "user", **vals, "active": True})
            members += by_pair[pair] if pair in by_pair else next(fresh)
        return members


class C360PoolTeamMemberMixin(models.AbstractModel):
    """Whoever joins or leaves a team joins or leaves its pools."""

    _inherit = "c360.pool.team.member.mixin"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._sync_pools(members.crm_team_id)
        return members

    def write(self, vals):
        teams = self.crm_team_id
        result = super().write(vals)
        if {"active", "crm_team_id", "user_id"} & vals.keys():
            self._sync_pools(teams | self.crm_team_id)
        return result

    def unlink(self):
        teams = self.crm_team_id
        result = super().unlink()
        self._sync_pools(teams)
        return result

    def _sync_pools(self, teams):
        pools = self.env["c360.pool"]
        ids = pools._get_member_sources()[2]
        if ids and teams:
            # a salesperson who leaves a team sees but his own pools
            pools_sudo = pools.sudo().browse(ids)
            pools_sudo.filtered(lambda pool: pool.team_ids & teams)._sync_members()


class C360PoolUserMixin(models.AbstractModel):
    """Archived users leave their pools; rules look at users again when they change."""

    _name = "c360.pool.user.mixin"
    _description = "User Beside Pools"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self.env["c360.pool"].browse(
            self.env["c360.pool"]._get_member_sources()[0]
        )._sync_members()
        return users

    def write(self, vals):
        result = super().write(vals)
        pools = self.env["c360.pool"]
        by_rule, names, by_team = pools._get_member_sources()
        if "active" in vals:
            if not vals["active"]:
                self._leave_pools()
            pools.browse({*by_rule, *by_team})._sync_members()
        elif by_rule and names & vals.keys():
            pools.browse(by_rule)._sync_members()
        return result

    def _leave_pools(self):
        # Whoever archives users need not know about pools.
        members_sudo = self.env["c360.pool.member"].sudo()
        members_sudo.search([("user_id", "in", self.ids)]).write({"active": False})

    @api.ondelete(at_uninstall=False)
    def _unlink_give_back(self):
        """What a deleted user holds goes back: the database would only empty it."""
        # Whoever deletes users need not see what they hold.
        leads_sudo = self.env["crm.lead"].sudo().with_context(active_test=False)
        held_sudo = leads_sudo.search(
            [("user_id", "in", self.ids), ("pool_state", "=", "held")]
        )
        places_sudo = self.env["c360.pool.customer"].sudo()
        places_sudo = places_sudo.search(
            [("user_id", "in", self.ids), ("state", "=", "held")]
        )
        if not held_sudo and not places_sudo:
            return
        reason = self.env._(
            "User deleted: %(names)s", names=", ".join(self.mapped("name"))
        )
        held_sudo.write({"user_id": False, "pool_reason": reason})
        partners_sudo = places_sudo.with_context(c360_pool_reason=reason).partner_id
        partners_sudo.write({"user_id": False})
        self.env.flush_all()
