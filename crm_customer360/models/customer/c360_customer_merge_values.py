from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import is_html_empty

from .c360_customer_merge_preview import CHOSEN_TYPES, UNCHOSEN

# What people write about a contact: of several, each is kept.
NOTES = ("comment", "sale_warn_msg", "picking_warn_msg", "purchase_warn_msg")


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

    # ------------------------------------------------------------
    # Notes, and what is given up
    # ------------------------------------------------------------

    @api.model
    def _get_notes(self, partners, target):
        """Return the notes of all contacts together, where they differ.

        :return: ``{field name: value to write}``, that of the one that stays first
        """
        # A note goes with its contact, whoever may read it.
        partners_sudo = target.sudo() | partners.sudo()
        vals = {}
        for name in NOTES:
            if name not in partners._fields:
                continue
            notes = {str(note).strip(): note for note in partners_sudo.mapped(name)}
            notes = [note for key, note in notes.items() if not is_html_empty(key)]
            if notes and notes != [target.sudo()[name]]:
                is_html = partners._fields[name].type == "html"
                glue = Markup("<br/>") if is_html else "\n\n"
                vals[name] = glue.join(notes)
        return vals

    @api.model
    def _get_held(self, partners):
        """Return what contacts hold, where they differ.

        Only fields that whoever reads the contact may read.

        :return: ``[(field name, contact's name, value, text)]``
        """
        # The chatter tells what was given up, also of what the user may not read.
        partners_sudo = partners.sudo()
        get_text = self.env["c360.customer.merge.choice"]._get_text
        return [
            (name, partner.display_name, partner[name], get_text(partner, name))
            for name, filled in self._get_differing(partners_sudo).items()
            if not partners._fields[name].groups
            for partner in filled
        ]

    @api.model
    def _get_given_up(self, held, target):
        """Return as a list what merged contacts held and the one that stays does not.

        :param list held: of ``_get_held``, before the merge
        """
        target_sudo = target.sudo()
        given_up = {}
        for name, partner_name, value, text in held:
            if text and target_sudo[name] != value:
                given_up.setdefault((name, text), partner_name)
        if not given_up:
            return Markup()
        names = list(dict.fromkeys(name for name, _text in given_up))
        labels = target_sudo.fields_get(names, ["string"])
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Values given up:"),
            Markup().join(
                Markup("<li>%s: %s (%s)</li>") % (labels[name]["string"], text, partner)
                for (name, text), partner in given_up.items()
            ),
        )
