from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Set by us around the host's merge: the contacts merged by it are not to be deleted.
KEPT = "c360_merge_keeps"


class C360CustomerMergePartnerMixin(models.AbstractModel):
    """A contact that can be merged, and separated again."""

    _name = "c360.customer.merge.partner.mixin"
    _description = "Merged Contact"

    c360_merged_into_id = fields.Many2one(
        comodel_name="res.partner",
        string="Merged Into Contact",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    c360_merge_count = fields.Integer(compute="_compute_c360_merge_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_c360_merge_count(self):
        """Count the merges into a contact that the user may see."""
        counts = {}
        merges = self.env["c360.customer.merge"]
        if self.ids and merges.has_access("read"):
            counts = dict(
                merges._read_group(
                    [("partner_id", "in", self.ids), ("state", "!=", "undone")],
                    ["partner_id"],
                    ["__count"],
                )
            )
        for partner in self:
            partner.c360_merge_count = counts.get(partner, 0)

    def write(self, vals):
        if vals.get("active") and any(
            # an archived contact names the one it is part of, whoever may see that
            partner.c360_merged_into_id
            for partner in self.sudo()
        ):
            raise UserError(
                self.env._(
                    "A merged contact comes back only when its merge is undone, from "
                    "the contact it was merged into."
                )
            )
        return super().write(vals)

    def unlink(self):
        """Delete also what was merged into these.

        The host deletes the contacts it has merged: they are kept for an undo.
        """
        if self.env.context.get(KEPT):
            return True
        # Merged contacts are part of the one that stays, whoever may see them.
        partners_sudo = self.sudo().with_context(active_test=False)
        tails_sudo = partners_sudo.search([("c360_merged_into_id", "in", self.ids)])
        if tails_sudo - partners_sudo:
            traces_sudo = self.env["c360.customer.merge.trace"].sudo()
            traces_sudo._get_unreferenced(tails_sudo - partners_sudo).unlink()
        return super().unlink()

    def _archive_merged(self, target):
        """Put merged contacts aside.

        Plain SQL: whoever they belonged to has moved by now, and nothing is told that
        somebody was archived.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET active = FALSE, c360_merged_into_id = %s"
            " WHERE id = ANY(%s)",
            (target.id, self.ids),
        )
        self.env.invalidate_all(flush=False)

    def _get_c360_column(self, name):
        """Return what the table holds of a field that every company has its own of."""
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        [[values]] = self.env.execute_query(
            SQL(
                "SELECT %s FROM res_partner WHERE id = %s",
                SQL.identifier(name),
                self.id,
            )
        )
        return values

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_c360_merges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_customer_merge_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        return action

    def action_undo_c360_merge(self):
        """Undo the merge this contact went away in."""
        self.ensure_one()
        merge = self.env["c360.customer.merge"].search(
            [("tail_ids", "in", self.ids), ("state", "=", "done")], limit=1
        )
        if not merge:
            raise UserError(
                self.env._("Ask a team leader: this merge is not yours to undo.")
            )
        merge.action_undo()
        return self.get_formview_action()

    def _get_c360_merge_target(self):
        """Return the contacts that stayed of these, as far as they were merged."""
        partners = self
        while gone := partners.filtered("c360_merged_into_id"):
            partners = (partners - gone) | gone.c360_merged_into_id
        return partners
