from odoo import api, models
from odoo.exceptions import ValidationError

from .c360_customer_merge_preview import CHOSEN_TYPES, UNCHOSEN


class C360CustomerMerge(models.Model):
    """What becomes of the values of merged contacts."""

    _inherit = "c360.customer.merge"

    @api.model
    def _get_filled(self, partners, target):
        """Return values the one that stays lacks and another one has.

        Those the host leaves behind: it takes no field that is computed, and a
        salesperson is one, as long as nobody enters him.

        :param partners: the contacts, with the one that stays
        :return: ``{field name: value to write}``; of several values the last one
        """
        # What was entered for a contact goes with him, whoever may read it.
        partners_sudo, target_sudo = partners.sudo(), target.sudo()
        vals = {}
        for name, field in partners._fields.items():
            if (
                name in UNCHOSEN
                or not field.compute
                or not field.store
                or field.readonly
                or field.related
                or field.company_dependent
                or field.type not in (*CHOSEN_TYPES, "boolean", "datetime", "text")
                or target_sudo[name]
            ):
                continue
            for partner in (partners_sudo - target_sudo).filtered(name):
                vals[name] = field.convert_to_write(partner[name], partner)
        return vals

    @api.model
    def _fill(self, target, vals):
        """Write what the one that stays lacks, each value that suits him.

        :param dict vals: of ``_get_filled``, read before the merge
        """
        # Who may merge was checked; the values are those of contacts he may change.
        target_sudo = target.sudo()
        for name, value in vals.items():
            if target_sudo[name]:
                continue
            try:
                with self.env.cr.savepoint():
                    target_sudo.write({name: value})
            except ValidationError:
                # an address of one network with the code of another
                target_sudo.invalidate_recordset([name])
