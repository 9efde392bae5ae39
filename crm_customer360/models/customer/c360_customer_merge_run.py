import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL


class C360CustomerMerge(models.Model):
    """One merge: what happens before and after the host has done its part."""

    _inherit = "c360.customer.merge"

    @api.model
    def _start(self, partners, target):
        """Lock contacts that are about to be merged, and remember what there is.

        :return: the trace
        """
        self._lock(partners)
        partners.invalidate_recordset()
        # Everything that points to them comes back in an undo, whoever may see it.
        traces_sudo = self.env["c360.customer.merge.trace"].sudo()
        return traces_sudo._take_merge(partners - target, target)

    @api.model
    def _get_company_vals(self, partners):
        """Return the company of what partners become: everybody's if one of them is.

        Documents of every company may name a contact that is everybody's.
        """
        companies = {partner.company_id.id for partner in partners.sudo()}
        return {"company_id": companies.pop() if len(companies) == 1 else False}

    @api.model
    def _settle(self, trace, partners, target, vals):
        """Put the merged contacts aside, once the host has moved their documents.

        :param dict trace: of ``_start``
        :param partners: all of them
        :param target: the contact that stays
        :param dict vals: what was chosen for the contact that stays
        """
        sources = partners - target
        columns = {
            name: vals.pop(name)
            for name in list(vals)
            if target._fields[name].company_dependent
        }
        # Who may merge was checked; the values are those of contacts he may change.
        target_sudo = target.sudo()
        if vals["company_id"] == target_sudo.company_id.id:
            del vals["company_id"]
        if vals:
            target_sudo.write(vals)
        self._write_columns(target, columns)
        sources._archive_merged(target)
        self._follow_commercial(trace, target)
        self._recompute(target)

    @api.model
    def _write_columns(self, target, columns):
        """Write chosen values that every company has its own of, as they are stored."""
        self.env.flush_all()
        for name, value in columns.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET %s = %s::jsonb WHERE id = %s",
                    SQL.identifier(name),
                    json.dumps(value),
                    target.id,
                )
            )
        target.invalidate_recordset(list(columns))

    @api.model
    def _follow_commercial(self, trace, target):
        """Documents of a company that became a contact of another are of that one."""
        customer = target.commercial_partner_id
        if customer == target:
            return
        for table, column, *_names, ids in trace["rows"]:
            if column == "commercial_partner_id" and table != "res_partner":
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s = %s WHERE id = ANY(%s) AND %s = %s",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        customer.id,
                        ids,
                        SQL.identifier(column),
                        target.id,
                    )
                )

    @api.model
    def _remember(self, trace, sources, target, held=()):
        """Keep what is needed to undo a merge that has just happened.

        :param dict trace: of ``_start``
        :param list held: of ``_get_held``, before the merge
        :return: the merge
        """
        traces_sudo = self.env["c360.customer.merge.trace"].sudo()
        after = traces_sudo._take_merged(trace, target)
        moved, stays = traces_sudo._count_moved(trace, target)
        # Whoever merges may not write here; what undoes it is the system's to keep.
        merge_sudo = self.sudo().create(
            {
                "partner_id": target.id,
                "tail_ids": sources.ids,
                "tail_count": len(sources),
                "tail_names": ", ".join(name or "?" for name in sources.mapped("name")),
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "moved": moved,
                "kept": stays,
                "trace": self._plain(trace),
                "after": self._plain(after),
            }
        )
        body = Markup("<p>%s</p>") % merge_sudo.summary
        target.sudo()._message_log(body=body + self._get_given_up(held, target))
        if len(sources) > 1:
            self.env["c360.customer.audit"]._record(
                "change", self._name, len(sources) + 1, [target.display_name]
            )
        return merge_sudo.sudo(self.env.su)

    @api.model
    def _plain(self, values):
        return json.loads(self.env["c360.customer.trace"]._to_json(values))
