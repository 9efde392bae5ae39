import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .c360_lead_duplicate import LEADER

# How long a merge can be undone, and the merged leads are kept.
DAYS = 30
# Merges tidied up per run of the vacuum.
LIMIT = 500


class C360LeadMerge(models.Model):
    """A merge of leads that can be undone for 30 days.

    The merged leads stay archived meanwhile, with ``merged_into_id``; ``trace`` holds
    what pointed to them and what all of them held. Then the vacuum deletes both.
    """

    _name = "c360.lead.merge"
    _description = "Merge of Leads"
    _order = "id desc"
    _rec_name = "head_id"

    head_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Merged Into",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    tail_ids = fields.Many2many(
        comodel_name="crm.lead",
        relation="c360_lead_merge_tail_rel",
        column1="merge_id",
        column2="lead_id",
        string="Merged Leads",
        readonly=True,
        context={"active_test": False},
    )
    tail_count = fields.Integer(string="Merged", readonly=True)
    date = fields.Datetime(string="Merged On", required=True, readonly=True)
    date_expire = fields.Datetime(
        string="Can Be Undone Until", compute="_compute_date_expire"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Merged By", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        selection=[("done", "Merged"), ("undone", "Undone"), ("final", "Final")],
        required=True,
        readonly=True,
        default="done",
    )
    # What the leads held is for nobody: it may be of a pool, or of a colleague.
    trace = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    after = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    # the vacuum: old merges
    _done_idx = models.Index("(date) WHERE state = 'done'")

    @api.depends("head_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """Labels are read with all rights: name only what the user may read."""
        visible = self.with_user(self.env.uid)._filtered_access("read")
        for merge in self:
            merge.display_name = (
                merge.head_id.display_name
                if merge in visible
                else self.env._("Merge %(id)s", id=merge.id)
            )

    @api.depends("date")
    def _compute_date_expire(self):
        for merge in self:
            merge.date_expire = merge.date and merge.date + timedelta(days=DAYS)

    @api.model
    def _to_json(self, values):
        return json.dumps(values, default=str)

    @api.model
    def _remember(self, head, tails, trace):
        """Keep what is needed to undo a merge that has just happened.

        :param head: the lead that stays
        :param tails: the merged leads, archived
        :param dict trace: of ``c360.lead.merge.trace._take``, from before
        """
        # Whoever merges may not write here; what undoes it is the system's to keep.
        merges_sudo = self.sudo()
        return merges_sudo.create(
            {
                "head_id": head.id,
                "tail_ids": tails.ids,
                "tail_count": len(tails),
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "company_id": head.company_id.id,
                "trace": json.loads(self._to_json(trace)),
                "after": json.loads(
                    self._to_json(
                        self.env["c360.lead.merge.trace"]._take_after(head | tails)
                    )
                ),
            }
        )

    # ------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------

    def action_undo(self):
        """Separate the leads again, as they were before the merge.

        What was done since (messages, values typed) stays with the lead that stayed.

        :raise UserError: too late, or something else was built on it
        """
        for merge in self:
            merge._check_undo()
            merge._undo()
        return self.head_id[:1].get_formview_action() if len(self) == 1 else False

    def _check_undo(self):
        self.ensure_one()
        self.check_access("read")
        self.head_id.check_access("write")
        user = self.env.user
        if not self.env.su and not user.has_group(LEADER) and self.user_id != user:
            raise AccessError(
                self.env._("Whoever merged them, or a team leader, can undo it.")
            )
        if self.state == "undone":
            raise UserError(self.env._("This merge was undone already."))
        # Archived leads of colleagues are part of it.
        merge_sudo = self.sudo()
        if self.state == "final" or self.date_expire < fields.Datetime.now():
            raise UserError(
                self.env._(
                    "A merge can be undone for %(days)s days; this one is older.",
                    days=DAYS,
                )
            )
        if merge_sudo.head_id.merged_into_id:
            raise UserError(
                self.env._(
                    "“%(lead)s” was merged into another lead since. Undo that first.",
                    lead=self.head_id.display_name,
                )
            )
        later = merge_sudo.search(
            [
                ("head_id", "=", self.head_id.id),
                ("state", "=", "done"),
                ("id", ">", self.id),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "“%(lead)s” took in another lead since, on %(date)s. Undo that "
                    "first.",
                    lead=self.head_id.display_name,
                    date=fields.Date.to_string(later.date),
                )
            )
        tails = merge_sudo.with_context(active_test=False).tail_ids
        if len(tails) < self.tail_count or any(
            tail.merged_into_id != merge_sudo.head_id for tail in tails
        ):
            raise UserError(
                self.env._("A lead of this merge is gone, it cannot be undone.")
            )

    def _undo(self):
        # Rows of any model go back, whoever may write them.
        merge_sudo = self.sudo()
        head_sudo = merge_sudo.head_id
        tails_sudo = merge_sudo.with_context(active_test=False).tail_ids
        leads_sudo = head_sudo | tails_sudo
        owners = {lead.id: lead.user_id.id for lead in leads_sudo}
        trace_sudo = self.env["c360.lead.merge.trace"].sudo()
        trace = merge_sudo.trace
        trace_sudo._put_back(trace, merge_sudo.after, head_sudo.id)
        planned_sudo = trace_sudo._get_planned(trace, leads_sudo)
        merge_sudo.write({"state": "undone", "trace": False, "after": False})
        merge_sudo._take_back(tails_sudo)
        leads_sudo._merge_undone(tails_sudo, owners, planned_sudo)
        for lead in leads_sudo:
            lead._message_log(
                body=self.env._(
                    "The merge of %(date)s was undone by %(user)s.",
                    date=fields.Date.to_string(merge_sudo.date),
                    user=self.env.user.name,
                )
            )
        pairs_sudo = merge_sudo.env["c360.lead.duplicate"].search(
            [
                ("lead_id", "in", leads_sudo.ids),
                ("other_lead_id", "in", leads_sudo.ids),
                ("state", "=", "merged"),
            ]
        )
        pairs_sudo._decide("open")
        self.env["c360.lead.identity"]._mark("crm.lead", leads_sudo.ids)

    def _take_back(self, heads):
        """Point what was merged into these leads before to them again."""
        for head in heads:
            tails, found = self.env["crm.lead"], head
            while found:
                merges = self.search(
                    [("head_id", "in", found.ids), ("state", "=", "done")]
                )
                found = merges.with_context(active_test=False).tail_ids - tails
                tails |= found
            quiet = tails.with_context(tracking_disable=True, mail_notrack=True)
            quiet.write({"merged_into_id": head.id})

    # ------------------------------------------------------------
    # Later
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_merged(self):
        """Delete the leads of old merges for good; nothing they have is lost.

        :return: ``(done, remaining)`` of the vacuum
        """
        old = fields.Datetime.now() - timedelta(days=DAYS)
        merges = self.search(
            [("state", "=", "done"), ("date", "<", old)], limit=LIMIT, order="id"
        )
        for merge in merges:
            tails = merge.with_context(active_test=False).tail_ids
            tails = tails.filtered("merged_into_id")
            if tails:
                # what came since: a touch, an answer
                merge.head_id._merge_dependences(tails)
                tails.unlink()
            merge.write({"state": "final", "trace": False, "after": False})
        return len(merges), len(merges) == LIMIT
