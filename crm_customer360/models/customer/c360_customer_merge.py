from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

LEADER = "crm_customer360.group_leader"
# How long a merge can be undone, and the merged contacts are kept.
DAYS = 30
# Merges tidied up per run of the vacuum: each may move what came late.
LIMIT = 100


class C360CustomerMerge(models.Model):
    """A merge of contacts that can be undone for 30 days.

    The merged contacts stay archived, with ``c360_merged_into_id``; ``trace`` holds
    what pointed to them and what all of them held. Then the vacuum deletes the trace,
    and every contact that nothing points to any more.
    """

    _name = "c360.customer.merge"
    _description = "Merge of Customers"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Merged Into",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    tail_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="c360_customer_merge_tail_rel",
        column1="merge_id",
        column2="partner_id",
        string="Merged Contacts",
        readonly=True,
        context={"active_test": False},
    )
    tail_count = fields.Integer(string="Merged", readonly=True)
    # what they were called, also when they are gone
    tail_names = fields.Char(string="Merged Names", readonly=True)
    date = fields.Datetime(string="Merged On", required=True, readonly=True)
    date_expire = fields.Datetime(
        string="Can Be Undone Until", compute="_compute_date_expire"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Merged By", readonly=True
    )
    state = fields.Selection(
        selection=[("done", "Merged"), ("undone", "Undone"), ("final", "Final")],
        required=True,
        readonly=True,
        default="done",
    )
    # {table: rows} that moved, that stayed with the merged, that could not go back
    moved = fields.Json(readonly=True)
    kept = fields.Json(readonly=True)
    lost = fields.Json(readonly=True)
    summary = fields.Text(compute="_compute_summary")
    # What the contacts held is for nobody: it may be of a colleague, or of a company.
    trace = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    after = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    # the vacuum: old merges
    _done_idx = models.Index("(date) WHERE state = 'done'")

    @api.depends("date")
    def _compute_date_expire(self):
        for merge in self:
            merge.date_expire = merge.date and merge.date + timedelta(days=DAYS)

    @api.depends("partner_id", "tail_names")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """Labels are read with all rights: name only what the user may read."""
        visible = self.with_user(self.env.uid)._filtered_access("read")
        for merge in self:
            merge.display_name = (
                merge.partner_id.display_name
                if merge in visible
                else self.env._("Merge %(id)s", id=merge.id)
            )

    @api.depends("moved", "kept", "lost")
    @api.depends_context("lang")
    def _compute_summary(self):
        """Say in words what the merge has done with which kinds of documents."""
        for merge in self:
            parts = []
            if merge.moved:
                parts.append(
                    self.env._("Moved: %(kinds)s.", kinds=self._get_kinds(merge.moved))
                )
            if self._get_kinds(merge.kept or {}):
                parts.append(
                    self.env._(
                        "Kept with the merged contacts, because the other one has the "
                        "same: %(kinds)s.",
                        kinds=self._get_kinds(merge.kept),
                    )
                )
            if merge.lost:
                parts.append(
                    self.env._(
                        "Changed or deleted since, not given back: %(kinds)s.",
                        kinds=self._get_kinds(merge.lost),
                    )
                )
            merge.summary = "\n".join(parts)

    @api.model
    def _get_kinds(self, counts):
        """Return "Sales Order 12, Ticket 3", the most first."""
        return ", ".join(
            f"{self._get_kind(table)} {count}"
            for table, count in sorted(counts.items(), key=lambda item: -item[1])
            if table not in self._get_untold_tables()
        )

    @api.model
    def _get_untold_tables(self):
        """Return the tables that people do not know as documents."""
        return {"c360_customer_profile", "c360_customer_event"}

    @api.model
    def _get_kind(self, table):
        """Return what the rows of a table are called in the language of the reader."""
        for model in self.env.registry.values():
            if model._table == table and not model._abstract:
                return self.env["ir.model"]._get(model._name).name or table
        return table

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def action_undo(self):
        """Separate the contacts again, as they were before the merge.

        What was done since (messages, orders, values typed) stays with the contact that
        stayed.

        :raise UserError: too late, or something else was built on it
        """
        for merge in self:
            merge._lock(merge.partner_id | merge._get_tails_sudo())
            merge._check_undo()
            merge._undo()
        if len(self) != 1:
            return False
        return self.partner_id.get_formview_action()

    def _get_tails_sudo(self):
        # Archived contacts of colleagues are part of it.
        return self.sudo().with_context(active_test=False).tail_ids

    @api.model
    def _lock(self, partners):
        """Let two merges of the same contacts wait for each other: in id order."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                partners.ids,
            )
        )

    def _check_undo(self):
        self.ensure_one()
        self.check_access("read")
        self.partner_id.check_access("write")
        user = self.env.user
        if not self.env.su and not user.has_group(LEADER) and self.user_id != user:
            raise AccessError(
                self.env._("Whoever merged them, or a team leader, can undo it.")
            )
        if self.state == "undone":
            raise UserError(self.env._("This merge was undone already."))
        if self.state == "final" or self.date_expire < fields.Datetime.now():
            raise UserError(
                self.env._(
                    "A merge can be undone for %(days)s days; this one is older.",
                    days=DAYS,
                )
            )
        merge_sudo = self.sudo()
        if merge_sudo.partner_id.c360_merged_into_id:
            raise UserError(
                self.env._(
                    "“%(name)s” was merged into another contact since. Undo that "
                    "first.",
                    name=self.partner_id.display_name,
                )
            )
        later = merge_sudo.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("state", "=", "done"),
                ("id", ">", self.id),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "“%(name)s” took in another contact since, on %(date)s. Undo that "
                    "first.",
                    name=self.partner_id.display_name,
                    date=fields.Date.to_string(later.date),
                )
            )
        tails_sudo = self._get_tails_sudo()
        if len(tails_sudo) < self.tail_count or any(
            tail.c360_merged_into_id != merge_sudo.partner_id for tail in tails_sudo
        ):
            raise UserError(
                self.env._("A contact of this merge is gone, it cannot be undone.")
            )

    def _undo(self):
        # Rows of any model go back, whoever may write them.
        merge_sudo = self.sudo()
        target_sudo, tails_sudo = merge_sudo.partner_id, self._get_tails_sudo()
        trace_sudo = self.env["c360.customer.merge.trace"].sudo()
        lost = trace_sudo._separate(merge_sudo.trace, merge_sudo.after, target_sudo)
        merge_sudo.write(
            {"state": "undone", "trace": False, "after": False, "lost": lost or False}
        )
        partners_sudo = target_sudo | tails_sudo
        merge_sudo._recompute(partners_sudo)
        wizard_sudo = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard_sudo._c360_separated(partners_sudo | partners_sudo.commercial_partner_id)
        for partner in partners_sudo:
            partner._message_log(
                body=self.env._(
                    "The merge of %(date)s was undone by %(user)s.",
                    date=fields.Date.to_string(merge_sudo.date),
                    user=self.env.user.name,
                )
            )

    @api.model
    def _recompute(self, partners):
        """Bring up to date what the host keeps of a contact's place in its company.

        The host moves ``parent_id`` by plain SQL and computes nothing anew.
        """
        family = partners.with_context(active_test=False).search(
            [("id", "child_of", partners.ids)]
        )
        for name in (
            "commercial_partner_id",
            "commercial_company_name",
            "complete_name",
            "partner_share",
        ):
            self.env.add_to_compute(partners._fields[name], family)
        self.env.flush_all()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Later
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_merged(self):
        """Forget how to undo old merges; merged contacts nothing points to are deleted.

        :return: ``(done, remaining)`` of the vacuum
        """
        old = fields.Datetime.now() - timedelta(days=DAYS)
        merges = self.search(
            [("state", "=", "done"), ("date", "<", old)], limit=LIMIT, order="id"
        )
        trace = self.env["c360.customer.merge.trace"]
        for merge in merges:
            tails = merge._get_tails_sudo().filtered("c360_merged_into_id")
            if tails:
                # what came since: an answer to an old letter, an import
                trace._move(tails, tails.c360_merged_into_id[:1])
                trace._get_unreferenced(tails).unlink()
            merge.write({"state": "final", "trace": False, "after": False})
        return len(merges), len(merges) == LIMIT
