from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

SLICE = 1000


class C360PoolDeadline(models.Model):
    """Whose deadlines have to be set anew, and how far that is.

    A changed rule, calendar or owner may concern a hundred thousand leads: the change
    appends a row here, a cron goes through the leads in slices, by id. A run that is
    killed goes on behind the last slice.
    """

    _name = "c360.pool.deadline"
    _description = "Deadlines to Set Anew"
    _order = "id"
    _log_access = False

    pool_id = fields.Many2one(
        comodel_name="c360.pool", ondelete="cascade", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users", ondelete="cascade", readonly=True
    )
    last_lead_id = fields.Integer(readonly=True)

    @api.model
    def _schedule(self, pool_ids=None, user_ids=None):
        """Have the deadlines of held leads set anew, soon.

        :param list pool_ids: of these pools; None: of all
        :param list user_ids: of these owners; None: of all
        """
        if pool_ids is None and user_ids is None:
            vals_list = [{}]
        else:
            vals_list = [{"pool_id": pool_id} for pool_id in pool_ids or []]
            vals_list += [{"user_id": user_id} for user_id in user_ids or []]
        # Whoever takes leave or changes a rule need not know this list.
        rows_sudo = self.sudo()
        waiting_sudo = rows_sudo.search([("last_lead_id", "=", 0)])
        known = {(row.pool_id.id, row.user_id.id) for row in waiting_sudo}
        rows_sudo.create(
            [
                vals
                for vals in vals_list
                if (vals.get("pool_id", False), vals.get("user_id", False)) not in known
                and (False, False) not in known
            ]
        )
        cron = self.env.ref(
            "crm_customer360.ir_cron_pool_deadline", raise_if_not_found=False
        )
        if cron:
            # whoever takes leave may not start jobs, this one is due all the same
            cron_sudo = cron.sudo()
            cron_sudo._trigger()

    @api.model
    def _cron_set(self):
        """Go through the list in slices."""
        while row := self.search([], limit=1):
            try:
                done = row._set_slice()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # somebody changed one of the leads meanwhile: the slice is still here
                self.env.cr.rollback()
                self.env.ref("crm_customer360.ir_cron_pool_deadline")._trigger()
                return
            left = self.search_count([])
            if not self.env["ir.cron"]._commit_progress(max(done, 1), remaining=left):
                return

    def _set_slice(self):
        """Set the next deadlines of this row; remove it behind the last one.

        :return: how many leads were looked at
        """
        domain = [("pool_state", "=", "held"), ("id", ">", self.last_lead_id)]
        if self.pool_id:
            domain.append(("pool_id", "=", self.pool_id.id))
        if self.user_id:
            domain.append(("user_id", "=", self.user_id.id))
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search(domain, order="id", limit=SLICE)
        )
        self.env["c360.pool"]._set_deadlines(leads)
        if len(leads) < SLICE:
            self.unlink()
        else:
            self.last_lead_id = leads[-1].id
        return len(leads)
