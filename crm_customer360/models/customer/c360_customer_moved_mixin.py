from odoo import models


class C360CustomerMovedMixin(models.AbstractModel):
    """What may move to another customer: both are looked at again.

    Afterwards nothing tells whose it was. A write that cannot move anything costs
    nothing more.
    """

    _name = "c360.customer.moved.mixin"
    _description = "May Move to Another Customer"

    # The fields that decide whose it is
    _customer_fields = frozenset(("partner_id",))

    def write(self, vals):
        profiles = self.env["c360.customer.profile"]
        if self._customer_fields.isdisjoint(vals) or not profiles._is_used():
            return super().write(vals)
        before = self._get_c360_customer_ids()
        result = super().write(vals)
        after = self._get_c360_customer_ids()
        moves = [
            (record, {before[record.id], after[record.id]})
            for record in self
            if before[record.id] and before[record.id] != after[record.id]
        ]
        self.env["c360.customer.event"]._record_moves(moves)
        return result

    def _get_c360_customer_ids(self):
        """Return the customer of each record, by its id."""
        # whoever may see the customer he writes about
        return {
            record_sudo.id: record_sudo._get_c360_contact().commercial_partner_id.id
            for record_sudo in self.sudo()
        }

    def _get_c360_contact(self):
        return self.partner_id


class C360CustomerMovedPartnerMixin(models.AbstractModel):
    """A contact that may move below another customer, with all he ordered."""

    _name = "c360.customer.moved.partner.mixin"
    _inherit = ["c360.customer.moved.mixin"]
    _description = "Contact That May Move to Another Customer"

    _customer_fields = frozenset(("parent_id", "is_company"))

    def _get_c360_contact(self):
        return self
