from odoo import models


class C360ContactLeadMixin(models.AbstractModel):
    """A lead whose contacts outlive a merge.

    Mount it before the model it extends, which moves activities and messages itself.
    """

    _name = "c360.contact.lead.mixin"
    _description = "Lead on the Contact Ledger"

    def _merge_dependences(self, opportunities):
        """Let the contacts about merged leads be about the one that stays."""
        result = super()._merge_dependences(opportunities)
        self.env["c360.contact.touch"]._reparent(opportunities, self)
        return result
