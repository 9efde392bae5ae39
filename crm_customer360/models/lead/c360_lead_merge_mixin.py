from odoo import api, fields, models
from odoo.exceptions import UserError

# Set by us around one merge: the lead the others go into, whatever the host prefers.
HEAD = "c360_merge_head"
# A merge that can be undone needs no limit to prevent loss; a slip of the hand does.
MAX_LENGTH = 50
# Leads merged in this transaction, which the host's own roads delete afterwards.
JUST_MERGED = "c360.lead.merge"


class C360LeadMergeMixin(models.AbstractModel):
    """A lead that can be merged, and separated again.

    Every road of the host (button, conversion, allocation) ends in
    ``_merge_opportunity``. The leads that go are archived instead of deleted.
    """

    _name = "c360.lead.merge.mixin"
    _description = "Merged Lead"

    merged_into_id = fields.Many2one(
        comodel_name="crm.lead",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    merge_ids = fields.One2many(
        comodel_name="c360.lead.merge", inverse_name="head_id", readonly=True
    )
    merge_count = fields.Integer(compute="_compute_merge_count")

    @api.depends("merge_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_merge_count(self):
        counts = {}
        merges = self.env["c360.lead.merge"]
        if self.ids and merges.has_access("read"):
            counts = dict(
                merges._read_group(
                    [("head_id", "in", self.ids), ("state", "=", "done")],
                    ["head_id"],
                    ["__count"],
                )
            )
        for lead in self:
            lead.merge_count = counts.get(lead, 0)

    @api.depends("merged_into_id")
    def _compute_won_status(self):
        """What was merged is neither won nor lost: the lead that stays is."""
        merged = self.filtered("merged_into_id")
        merged.won_status = "pending"
        return super(C360LeadMergeMixin, self - merged)._compute_won_status()

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def _merge_into(self, head):
        """Merge leads into one of them.

        :param head: the lead that stays
        :return: the lead that stays
        """
        return self.with_context(**{HEAD: head.id})._merge_opportunity(max_length=0)

    def _takes_in(self, lead):
        """Tell whether a lead just entered may be merged into this one unasked."""
        self.ensure_one()
        return True

    def _sort_by_confidence_level(self, reverse=False):
        leads = super()._sort_by_confidence_level(reverse=reverse)
        head = leads.filtered(lambda lead: lead.id == self.env.context.get(HEAD))
        return head + (leads - head)

    def _merge_opportunity(
        self, user_id=False, team_id=False, auto_unlink=True, max_length=5
    ):
        """Merge as the host does, but keep the merged leads, archived, for an undo."""
        if len(self) < 2 or not self.env["c360.lead.identity"]._is_used():
            return super()._merge_opportunity(user_id, team_id, auto_unlink, max_length)
        gone = self.filtered("merged_into_id")
        if gone:
            raise UserError(
                self.env._(
                    "“%(lead)s” was merged into “%(head)s” already.",
                    lead=gone[0].display_name,
                    head=gone[0].merged_into_id.display_name,
                )
            )
        self.check_access("write")
        # Everything that points to them comes back in an undo, whoever may see it.
        traces_sudo = self.env["c360.lead.merge.trace"].sudo()
        trace = traces_sudo._take(self)
        head = super()._merge_opportunity(
            user_id, team_id, False, max_length and max(max_length, MAX_LENGTH)
        )
        # Only the lead that stays need be one's own.
        tails_sudo = (self - head).sudo()
        tails_sudo._archive_merged(head)
        # as the deletion of the others does in the host
        self.env.invalidate_all()
        self.env["c360.lead.merge"]._remember(head, tails_sudo, trace)
        # Nobody writes pairs; the merge settles them, whoever may see them.
        pairs_sudo = self.env["c360.lead.duplicate"].sudo()
        pairs_sudo._leads_merged(head, tails_sudo)
        self.env["c360.lead.identity"]._mark("crm.lead", head.ids)
        return head

    def _archive_merged(self, head):
        """Put merged leads aside; rooms take them out of their places."""
        merged = {*self._get_just_merged(), *self.ids}
        self.env.cr.cache[JUST_MERGED] = self.env.cr.now(), merged
        # nobody is told that a merged lead is archived
        leads = self.with_context(tracking_disable=True, mail_notrack=True)
        leads.write({"active": False, "merged_into_id": head.id})
        # what was merged into these before is part of the same lead now
        earlier = leads.with_context(active_test=False).search(
            [("merged_into_id", "in", self.ids)]
        )
        earlier.write({"merged_into_id": head.id})

    def _merge_undone(self, tails, owners, planned):
        """React to leads being separated again; rooms keep their ledgers.

        :param tails: those of them that were merged away and are back
        :param dict owners: lead id -> id of the owner until now
        :param planned: the activities they had before the merge and have again
        """

    def _get_merge_heads(self):
        """Return the leads that stayed of these, as far as they were merged."""
        leads = self
        while gone := leads.filtered("merged_into_id"):
            leads = (leads - gone) | gone.merged_into_id
        return leads

    def write(self, vals):
        if vals.get("active") and any(
            lead.merged_into_id and lead.id not in self._get_just_merged()
            for lead in self
        ):
            raise UserError(
                self.env._(
                    "A merged lead comes back only when its merge is undone, from the "
                    "lead it was merged into."
                )
            )
        return super().write(vals)

    def unlink(self):
        """Keep what this transaction has merged; delete what was merged into the rest.

        The host's conversion and allocation delete the leads they have merged.
        """
        leads = self.filtered(lambda lead: lead.id not in self._get_just_merged())
        # Merged leads are part of the one that stays, whoever may see them.
        leads_sudo = leads.sudo().with_context(active_test=False)
        tails_sudo = leads_sudo.search([("merged_into_id", "in", leads.ids)])
        if tails_sudo - leads_sudo:
            (tails_sudo - leads_sudo).unlink()
        return super(C360LeadMergeMixin, leads).unlink()

    def _get_just_merged(self):
        # not the data of precommit, which every savepoint clears
        now, merged = self.env.cr.cache.get(JUST_MERGED, (None, ()))
        return merged if now == self.env.cr.now() else ()

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_merges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_lead_merge_action"
        )
        action["domain"] = [("head_id", "=", self.id)]
        return action

    def action_undo_merge(self):
        """Undo the merge this lead went away in."""
        self.ensure_one()
        merge = self.env["c360.lead.merge"].search(
            [
                ("tail_ids", "in", self.ids),
                ("state", "=", "done"),
            ],
            limit=1,
        )
        if not merge:
            raise UserError(
                self.env._("Ask a team leader: this merge is not yours to undo.")
            )
        merge.action_undo()
        return self.get_formview_action()


class C360LeadDuplicate(models.Model):
    _inherit = "c360.lead.duplicate"

    def _leads_merged(self, head, tails):
        """Settle the pairs of merged leads; what they resemble, the other does now."""
        leads = head | tails
        pairs = self.search(
            [
                "|",
                ("lead_id", "in", tails.ids),
                ("other_lead_id", "in", tails.ids),
                ("state", "!=", "rejected"),
            ]
        )
        among = pairs.filtered(
            lambda pair: pair.lead_id in leads and pair.other_lead_id in leads
        )
        among._decide("merged")
        (pairs - among).unlink()
