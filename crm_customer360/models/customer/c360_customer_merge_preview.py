from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

# What a merge decides by itself.
UNCHOSEN = {
    *models.MAGIC_COLUMNS,
    "parent_id",
    "company_id",
    "active",
    "is_company",
    "type",
    "color",
    "c360_merged_into_id",
    "customer_rank",
    "supplier_rank",
}
CHOSEN_TYPES = ("char", "selection", "many2one", "date", "integer", "float")


class C360CustomerMerge(models.Model):
    """What a merge would do, before it is done."""

    _inherit = "c360.customer.merge"

    @api.model
    def _get_preview(self, partners, target):
        """Return what would move to the contact that stays, and what would not.

        :return: ``(moved, kept)``, each ``{table: number of rows}``
        """
        self.env.flush_all()
        # The merge moves the documents of everybody: so many, nothing about them.
        traces_sudo = self.env["c360.customer.merge.trace"].sudo()
        groups = {}
        for *place, _record_id, ids in traces_sudo._take_rows((partners - target).ids):
            groups.setdefault(tuple(place), set()).update(ids)
        moved, kept = {}, {}
        for place, ids in groups.items():
            stays = traces_sudo._get_clashing(place, ids, target.id)
            moved.setdefault(place[0], set()).update(ids - stays)
            kept.setdefault(place[0], set()).update(stays)
        return tuple(
            {
                table: len(ids)
                for table, ids in rows.items()
                if ids and table not in self._get_untold_tables()
            }
            for rows in (moved, kept)
        )

    @api.model
    def _get_differing(self, partners):
        """Return the fields in which contacts hold different values.

        :return: ``{field name: contacts that have a value}``
        """
        found = {}
        for name in partners.fields_get(attributes=["type"]):
            field = partners._fields[name]
            if (
                name in UNCHOSEN
                or field.type not in CHOSEN_TYPES
                or field.readonly
                or field.related
                or not (field.store or field.company_dependent)
            ):
                continue
            filled = partners.filtered(name)
            if len({filled_one[name] for filled_one in filled}) > 1:
                found[name] = filled
        return found


class C360CustomerMergeWizardMixin(models.AbstractModel):
    """The host's merge with a preview: what moves, what differs, what is refused."""

    _inherit = "c360.customer.merge.wizard.mixin"

    c360_refusal = fields.Text(compute="_compute_c360_preview")
    c360_preview = fields.Html(compute="_compute_c360_preview")
    c360_choice_ids = fields.One2many(
        comodel_name="c360.customer.merge.choice",
        inverse_name="wizard_id",
        string="Values That Differ",
        compute="_compute_c360_choice_ids",
        store=True,
        readonly=False,
    )

    @api.depends("partner_ids", "dst_partner_id", "state")
    @api.depends_context("uid", "lang")
    def _compute_c360_preview(self):
        self.c360_refusal = self.c360_preview = False
        merges = self.env["c360.customer.merge"]
        for wizard in self:
            partners = wizard.partner_ids._origin
            target = wizard.dst_partner_id._origin
            if wizard.state != "selection" or target not in partners:
                continue
            refusals = merges._get_refusals(partners, target)
            wizard.c360_refusal = "\n".join(refusals)
            if len(partners) > 1 and not refusals:
                wizard.c360_preview = self._get_c360_preview(partners, target)

    @api.model
    def _get_c360_preview(self, partners, target):
        merges = self.env["c360.customer.merge"]
        moved, kept = merges._get_preview(partners, target)
        texts = [
            (self.env._("Moves to “%(name)s”:", name=target.display_name), moved),
            (self.env._("The one that stays has the same, nothing to move:"), kept),
        ]
        html = Markup()
        for title, counts in texts:
            if counts:
                items = Markup().join(
                    Markup('<span class="badge text-bg-light me-1 mb-1">%s %s</span>')
                    % (count, merges._get_kind(table))
                    for table, count in sorted(
                        counts.items(), key=lambda item: -item[1]
                    )
                )
                html += Markup('<div class="mb-2">%s<br/>%s</div>') % (title, items)
        return html or self.env._("Nothing but the contacts themselves.")

    @api.depends("partner_ids", "dst_partner_id", "state")
    def _compute_c360_choice_ids(self):
        for wizard in self:
            partners = wizard.partner_ids._origin
            target = wizard.dst_partner_id._origin
            rows = [Command.clear()]
            if wizard.state == "selection" and target in partners:
                differing = self.env["c360.customer.merge"]._get_differing(partners)
                rows += [
                    Command.create(
                        {
                            "name": name,
                            "partner_id": (
                                target if target in filled else filled[-1]
                            ).id,
                        }
                    )
                    for name, filled in differing.items()
                ]
            wizard.c360_choice_ids = rows

    def _get_c360_chosen(self, partners):
        """Return the values that were chosen for the contact that stays.

        :raise AccessError: a value of a contact the user may not read
        """
        vals = super()._get_c360_chosen(partners)
        differing = self.env["c360.customer.merge"]._get_differing(partners)
        for choice in self.c360_choice_ids:
            # over RPC any name could be asked for
            if choice.name not in differing or choice.partner_id not in partners:
                continue
            field = partners._fields[choice.name]
            if field.company_dependent:
                vals[choice.name] = choice.partner_id._get_c360_column(choice.name)
            else:
                vals[choice.name] = field.convert_to_write(
                    choice.partner_id[choice.name], choice.partner_id
                )
        return vals
