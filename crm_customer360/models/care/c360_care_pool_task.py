from odoo import api, fields, models
from odoo.fields import Domain


class C360CareTask(models.Model):
    """A task of somebody who lost the customer's lead to the pool.

    It waits as long as the lead does, and is then the business of the new owner.
    """

    _inherit = "c360.care.task"

    recycled_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    is_paused = fields.Boolean(compute="_compute_is_paused", compute_sudo=True)

    @api.depends("state", "recycled_lead_id.pool_state")
    def _compute_is_paused(self):
        for task in self:
            task.is_paused = (
                task.state == "planned" and task.recycled_lead_id.pool_state == "pooled"
            )

    @api.model
    def _get_due_domain(self):
        domain = super()._get_due_domain()
        return [
            *domain,
            "|",
            ("recycled_lead_id", "=", False),
            ("recycled_lead_id.pool_state", "!=", "pooled"),
        ]

    def _get_responsible(self):
        self.ensure_one()
        # whoever has the lead now need not be known to whoever opens tasks
        lead_sudo = self.recycled_lead_id.sudo()
        owner_sudo = lead_sudo.user_id
        if owner_sudo and (
            not self.company_id or self.company_id in owner_sudo.company_ids
        ):
            return owner_sudo
        return super()._get_responsible()

    @api.model
    def _pause(self, leads):
        """Pause what is open in the name of former owners.

        A fixed number of searches for any number of leads.

        :param dict leads: (customer id, former owner's id) -> the lead
        """
        customers = [customer_id for customer_id, _owner_id in leads]
        owners = [owner_id for _customer_id, owner_id in leads]
        # Recycling is the system's doing; the tasks are read and moved for it.
        tasks_sudo = self.sudo().with_context(tracking_disable=True)
        planned = Domain("state", "=", "planned") & Domain(
            "rule_id.user_mode", "=", "salesperson"
        )
        found = tasks_sudo.search(
            Domain("customer_id", "in", customers)
            & (
                (
                    Domain("state", "in", ("todo", "waiting"))
                    & Domain("user_id", "in", owners)
                )
                | (planned & Domain("customer_id.user_id", "in", owners))
            )
        )
        for task in found:
            owner = task.user_id or task.customer_id.user_id
            lead = leads.get((task.customer_id.id, owner.id))
            if lead:
                # the message that waits is signed by him
                task._cancel_message(
                    self.env._("The lead went back to the pool; its owner changes.")
                )
                task.write(
                    {
                        "state": "planned",
                        "user_id": False,
                        "recycled_lead_id": lead.id,
                    }
                )
