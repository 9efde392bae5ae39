from odoo import models


class CrmLead(models.Model):
    # Mixins that extend the host's methods come before it: the host is their super().
    _name = "crm.lead"
    _inherit = [
        # outermost first: a lead is captured, checked, compared, graded, then pooled
        "c360.customer.audit.mixin",
        "c360.customer.moved.mixin",
        "c360.pool.mixin",
        "c360.lead.derived.mixin",
        "c360.lead.followup.mixin",
        "c360.lead.profile.mixin",
        "c360.lead.duplicate.mixin",
        "c360.lead.merge.mixin",
        "c360.lead.check.mixin",
        "c360.lead.intake.mixin",
        "c360.contact.lead.mixin",
        "c360.opportunity.fulfilment.mixin",
        "crm.lead",
        "c360.lead.identity.mixin",
        "c360.customer.page.mixin",
        "c360.contact.document.mixin",
    ]
