from odoo import api, models
from odoo.tools.misc import split_every

from .c360_customer_merge_partner_mixin import KEPT


class C360CustomerMergeWizardMixin(models.AbstractModel):
    """The host's way to merge contacts, without its losses, and undoable.

    Every road (the list of contacts, the host's automatic merge, the review of
    duplicates, other addons) ends in ``_merge``.
    """

    _name = "c360.customer.merge.wizard.mixin"
    _description = "Merging Contacts"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge contacts, any number of them; see ``c360.customer.merge``.

        :return: the merge
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        merges = self.env["c360.customer.merge"]
        if len(partners) < 2:
            return merges
        target = partners.filtered(lambda partner: partner == dst_partner)
        target = target or merges._get_target(partners)
        merges._check_merge(partners, target, extra_checks)
        trace = merges._start(partners, target)
        filled = merges._get_filled(partners, target)
        held = merges._get_held(partners)
        vals = merges._get_notes(partners, target) | self._get_c360_chosen(partners)
        vals |= merges._get_company_vals(partners)
        touched = partners | partners.commercial_partner_id
        host = super(C360CustomerMergeWizardMixin, self._keep_c360_merged())
        # the host takes three at a time
        for some in split_every(2, (partners - target).ids):
            host._merge([target.id, *some], target, extra_checks=False)
        merges._settle(trace, partners, target, vals)
        merges._fill(target, filled)
        self._c360_refresh_merged(touched - (partners - target))
        return merges._remember(trace, partners - target, target, held)

    def _keep_c360_merged(self):
        """Return this wizard such that it does not delete what it has merged."""
        return self.with_context(**{KEPT: True})

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self._c360_fold(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        """Move row by row what the host would delete, or fail on."""
        if model != "res.partner":
            return super()._update_foreign_keys_generic(model, src_records, dst_record)
        # Rows of any model move, whoever may write them: the host does the same.
        traces_sudo = self.env["c360.customer.merge.trace"].sudo()
        traces_sudo._move(src_records, dst_record)
        return None

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        result = super()._update_reference_fields(src_partners, dst_partner)
        self._c360_reparent(src_partners, dst_partner)
        return result

    @api.model
    def _merge_bank_accounts(self, src_partners, dst_partner):
        """Bank accounts move like everything; the same one twice stays where it is.

        The host deletes the second one, and what was paid to it points to the first.
        """

    def _get_c360_chosen(self, partners):
        """Return the values that were chosen for the contact that stays."""
        return {}
