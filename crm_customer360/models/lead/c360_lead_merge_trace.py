from odoo import api, models
from odoo.tools import OrderedSet


class C360LeadMergeTrace(models.AbstractModel):
    """Remembers what points to leads, and puts it back."""

    _name = "c360.lead.merge.trace"
    _inherit = ["c360.customer.trace"]
    _description = "Trace of a Merge"

    _trace_model = "crm.lead"
    _trace_own = ("c360.lead.merge", "c360.lead.duplicate", "c360.lead.identity")
    # what the host rewrites in the rows it moves
    _trace_rewritten = {"mail_message": "subject", "ir_attachment": "name"}

    @api.model
    def _get_planned(self, trace, leads):
        """Return the activities that leads had before a merge and have (again).

        :param dict trace: of ``_take``
        """
        ids = OrderedSet()
        for table, *_names, row_ids in trace["rows"]:
            if table == "mail_activity":
                ids.update(row_ids)
        return (
            self.env["mail.activity"]
            .browse(ids)
            .exists()
            .filtered_domain(
                [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
            )
        )
