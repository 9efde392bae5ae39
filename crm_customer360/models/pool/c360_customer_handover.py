from odoo import api, models
from odoo.fields import Domain

SWITCH = "crm_customer360.group_use_pool"


class C360CustomerHandoverSourceOpportunity(models.AbstractModel):
    """The ownership history tells why a lead changed hands."""

    _inherit = "c360.customer.handover.source.opportunity"

    @api.model
    def _prepare_values(self, user, handover):
        values = super()._prepare_values(user, handover)
        return {**values, "pool_reason": handover.display_name}


class C360CustomerHandoverSourceCustomer(models.AbstractModel):
    """…and why a customer did."""

    _inherit = "c360.customer.handover.source.customer"

    @api.model
    def _give(self, records, former, user, handover):
        records = records.with_context(c360_pool_reason=handover.display_name)
        return super()._give(records, former, user, handover)


class C360CustomerHandoverSourcePoolMember(models.AbstractModel):
    """Who leaves, leaves his pools; who is away for a while gets nothing meanwhile."""

    _name = "c360.customer.handover.source.pool.member"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Memberships in Pools"

    _source_key = "pool_member"
    _source_sequence = 100
    _source_model = "c360.pool.member"
    _source_partner = None
    _source_company = "pool_id.company_id"
    _source_switch = SWITCH
    _source_has_successor = False
    # archiving a user ends them anyway
    _source_is_work = False

    @api.model
    def _get_label(self):
        return self.env._("Memberships in pools (they end)")

    @api.model
    def _get_open_domain(self):
        return Domain([("active", "=", True), ("paused", "=", False)])

    @api.model
    def _give(self, records, former, user, handover):
        if handover.mode == "good":
            records.write({"active": False})
        else:
            records.write({"paused": True})

    @api.model
    def _give_back(self, records, former, user, handover, items):
        if handover.mode == "good":
            records.write({"active": True})
        else:
            records.write({"paused": False})


class C360CustomerHandoverSourcePool(models.AbstractModel):
    """Pools he manages: the successor is put in his place."""

    _name = "c360.customer.handover.source.pool"
    _inherit = "c360.customer.handover.source"
    _description = "Handover: Pools Managed"

    _source_key = "pool"
    _source_sequence = 95
    _source_model = "c360.pool"
    _source_user = "manager_ids"
    _source_partner = None
    _source_switch = SWITCH
    _source_groups = ("crm_customer360.group_user",)

    @api.model
    def _get_label(self):
        return self.env._("Pools managed")
