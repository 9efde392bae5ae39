from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.http import request
from odoo.tools import SQL

from .c360_customer_handover import OPEN

# A draft, or one that is on its way, takes care of it already.
PENDING = (*OPEN, "running")


class C360CustomerUserMixin(models.AbstractModel):
    """Nobody who has open work goes unnoticed, and his activities stay.

    At the screen archiving is refused, with the way to a handover, unless the company
    allows it. Where nobody is there to read a refusal (imports, jobs, RPC), or it is
    allowed, the user is archived, everything stays his, a draft of a handover is made
    and the leaders of his teams are told.
    """

    _name = "c360.customer.user.mixin"
    _description = "User Who Has Work"

    # Archiving ends memberships as leaving a team does: a leader keeps the work of who
    # left the company, not of who left his team.
    c360_left_team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="c360_customer_handover_left_team_rel",
        column1="user_id",
        column2="team_id",
        string="Teams When Archived",
        readonly=True,
        copy=False,
        groups="base.group_erp_manager",
    )

    def action_handover(self):
        """Open a handover of these users."""
        return self.env["c360.customer.handover"].action_for_users(self.ids)

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._leave_work()
            self._remember_teams()
        elif "active" in vals:
            # whoever unarchives users need not see their teams
            self.sudo().filtered("c360_left_team_ids").c360_left_team_ids = False
        leaving = self.browse()
        if "group_ids" in vals:
            leaving = self.filtered("active")._filter_working()
        result = super().write(vals)
        # who is a guest from now on cannot do any of it
        leaving.filtered("share")._refuse_or_draft()
        return result

    def action_archive(self):
        self._remember_teams()
        if not self.env["c360.customer.handover"]._is_enabled():
            return super().action_archive()
        self._leave_work()
        # The host deletes the activities of whom it archives: it must not find them.
        kept = self._hide_activities()
        result = super().action_archive()
        self._show_activities(kept)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_work(self):
        """The database would delete the activities of a deleted user."""
        leaving = self._filter_working()
        if not leaving:
            return
        if self._is_interactive():
            raise UserError(
                self.env._(
                    "%(names)s still has open work. Hand it over, then archive the "
                    "user: what he did keeps his name.",
                    names=", ".join(leaving.mapped("name")),
                )
            )
        leaving._save_activities()

    # ------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------

    def _get_open_work(self, companies=None):
        """Return ``{user id: {key: number}}`` of the open work of these users."""
        work = {}
        if not self:
            return work
        for source in self.env["c360.customer.handover.source"]._get_sources():
            if source._source_is_work:
                for user_id, count in source._count(self.ids, companies).items():
                    work.setdefault(user_id, {})[source._source_key] = count
        return work

    def _get_work_companies(self):
        """Return ``{user id: companies}``: his own, and those he left work in."""
        # whoever archives users need not see their companies
        companies = {user.id: user.company_ids for user in self.sudo()}
        for source in self.env["c360.customer.handover.source"]._get_sources():
            if source._source_is_work:
                for user_id, found in source._get_companies(self.ids).items():
                    if user_id in companies:
                        companies[user_id] |= found
        return companies

    def _filter_left_work(self, company):
        """Return who of these has open work in a company, in it still or not."""
        work = self._get_open_work(company)
        companies = self._get_work_companies()
        return self.filtered(
            lambda user: user.id in work and company in companies[user.id]
        )

    def _filter_working(self):
        """Return the active colleagues among these users who have open work."""
        if not self.env["c360.customer.handover"]._is_enabled():
            return self.browse()
        # whoever archives users need not see what they have
        colleagues_sudo = self.sudo().filtered(lambda user: not user.share)
        return self.browse(colleagues_sudo._get_open_work())

    def _leave_work(self):
        """Refuse to let users with open work go, or see to it that it is noticed."""
        self.filtered("active")._filter_working()._refuse_or_draft()

    def _refuse_or_draft(self):
        """Refuse it, where somebody reads it, or make drafts and tell the leaders."""
        # the user's company decides, whoever archives him
        blocking = self.filtered(
            lambda user: user.sudo().company_id.c360_handover_block
        )
        if blocking and self._is_interactive():
            blocking._refuse_to_leave()
        if self:
            self._draft_handovers()

    @api.model
    def _is_interactive(self):
        """Tell whether a person at the screen would read a refusal."""
        return bool(
            request
            and request.httprequest.path.startswith("/web/")
            and not self.env.su
            and not self.env.context.get("import_file")
        )

    def _remember_teams(self):
        """Keep in which teams these users are, before archiving ends it."""
        # whoever archives users need not see their teams
        for user_sudo in self.sudo().filtered("active"):
            # the host ends the memberships first: there may be none any more
            if teams_sudo := user_sudo._get_handover_teams():
                user_sudo.c360_left_team_ids = teams_sudo

    def _get_handover_teams(self):
        """Return whose leaders these users have: of now, or when they were archived."""
        # Members may not read the memberships of others; archived ones ended.
        members_sudo = self.env["crm.team.member"].sudo()
        members_sudo = members_sudo.search(
            [("user_id", "in", self.ids), ("active", "=", True)]
        )
        archived_sudo = self.sudo().filtered(lambda user: not user.active)
        return members_sudo.crm_team_id | archived_sudo.c360_left_team_ids

    def _refuse_to_leave(self):
        words = []
        labels = {
            source._source_key: source._get_label()
            for source in self.env["c360.customer.handover.source"]._get_sources()
        }
        work = self._get_open_work()
        for user in self:
            counts = ", ".join(
                f"{labels[key]}: {count}" for key, count in work[user.id].items()
            )
            words.append(f"{user.name} ({counts})")
        message = self.env._(
            "There is open work:\n%(work)s\nHand it over first, then archive.",
            work="\n".join(words),
        )
        handovers = self.env["c360.customer.handover"]
        if not handovers.has_access("create"):
            raise UserError(message)
        raise RedirectWarning(
            message, handovers.action_for_users(self.ids), self.env._("Hand Over")
        )

    def _draft_handovers(self):
        """Make a draft with everything these users have, and tell their leaders."""
        # Whoever archives users need not have any right on handovers.
        handovers_sudo = self.env["c360.customer.handover"].sudo()
        made_sudo = handovers_sudo.browse()
        companies = self._get_work_companies()
        for company in self.env["res.company"].union(*companies.values()):
            work = self._get_open_work(company)
            pending = handovers_sudo.search(
                [
                    ("user_ids", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("state", "in", PENDING),
                ]
            )
            leaving = (
                self.browse(work) - pending.with_context(active_test=False).user_ids
            )
            leaving = leaving.filtered(
                lambda user, company=company: company in companies[user.id]
            )
            for user in leaving:
                made_sudo += handovers_sudo.with_company(company).create(
                    {
                        "user_ids": [Command.set(user.ids)],
                        "company_id": company.id,
                        "reason": "leave",
                    }
                )
        for made in made_sudo:
            leader = made._get_leaders()[:1]
            made.fallback_id = leader if not made._get_problem(leader) else False
            made._prepare_items()
            made._propose()
        made_sudo._tell_archived()

    # ------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------

    def _hide_activities(self):
        """Take the activities out of the host's sight for a moment.

        Plain SQL, in this transaction only: written by the ORM, everybody concerned
        would hear of it.

        :return: ``[(activity id, user id)]``
        """
        self.env["mail.activity"].flush_model(["user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity AS activity
                   SET user_id = NULL
                  FROM (SELECT id, user_id FROM mail_activity
                         WHERE user_id = ANY(%s)) AS before
                 WHERE activity.id = before.id
             RETURNING activity.id, before.user_id
                """,
                self.ids,
            )
        )
        self.env["mail.activity"].invalidate_model(["user_id"])
        return rows

    def _show_activities(self, rows):
        """Give the activities back to whom they belong."""
        if not rows:
            return
        ids, users = zip(*rows, strict=True)
        self.env["mail.activity"].flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity AS activity
                   SET user_id = item.user_id
                  FROM unnest(%s::int[], %s::int[]) AS item(id, user_id)
                 WHERE activity.id = item.id
             RETURNING activity.id
                """,
                list(ids),
                list(users),
            )
        )
        self.env["mail.activity"].invalidate_model(["user_id"])

    def _save_activities(self):
        """Give the activities of users about to be deleted to their leaders."""
        # whoever deletes users need not see what they have to do
        handovers_sudo = self.env["c360.customer.handover"].sudo()
        for user in self:
            draft = handovers_sudo.new(
                {
                    "user_ids": [Command.set(user.ids)],
                    "company_id": user.company_id.id,
                    "team_ids": [Command.set(user._get_handover_teams().ids)],
                }
            )
            keeper = draft._get_leaders()[:1] or self.env.user
            activities_sudo = self.env["mail.activity"].sudo()
            activities_sudo = activities_sudo.search([("user_id", "=", user.id)])
            if activities_sudo:
                activities_sudo.with_context(mail_activity_quick_update=True).write(
                    {"user_id": keeper.id}
                )
