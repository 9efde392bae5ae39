from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    """What becomes of our rows when partners are merged.

    The host moves foreign keys with raw SQL and, on a unique key, deletes every row of
    the source. Rooms with rows per partner extend ``_c360_fold``.
    """

    _name = "c360.customer.merge.mixin"
    _description = "Folding of Customers"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        """Prepare our rows for the merge, before the host moves foreign keys.

        Whatever a unique key over the partner would make collide has to be folded into
        one row here; ledgers keep every row. Call ``super()``.

        :param src_partners: contacts about to disappear
        :param dst_partner: the contact that stays
        """
        self._c360_move_profiles(src_partners, dst_partner)

    @api.model
    def _c360_reparent(self, src_partners, dst_partner):
        """Let our rows that name a document by model and id follow the merge.

        Called once the host has moved its own (activities, messages); call ``super()``.
        """

    @api.model
    def _c360_refresh_merged(self, partners):
        """Bring the customers a merge has touched up to date.

        :param partners: the contacts merged and their customers before the merge, some
            of which no longer exist
        """
        partners = partners.exists()
        for partner in partners:
            # Only now it is known whose contact the one that stays has become.
            if partner.commercial_partner_id != partner:
                self._c360_move_profiles(partner, partner.commercial_partner_id)
        self.env["c360.customer.profile"]._refresh(partners)
        self.env["c360.customer.value.score"]._score(partners)

    @api.model
    def _c360_separated(self, partners):
        """React to contacts being separated again: rows and values are back by now.

        :param partners: the contacts, and their customers
        """
        self._c360_refresh_merged(partners)

    @api.model
    def _c360_move_profiles(self, src_partners, dst_partner):
        """Move profiles and ledger rows from some partners to another.

        One profile per company survives, that of the destination first: its stage is
        where the ledger stopped. Every row of the ledger survives. Raw SQL, because the
        ledger refuses to be written.
        """
        self.env["c360.customer.profile"].flush_model()
        params = {"src_ids": src_partners.ids, "dst_id": dst_partner.id}
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM c360_customer_profile
                 WHERE partner_id = ANY(%(src_ids)s)
                   AND id NOT IN (
                        SELECT DISTINCT ON (company_id) id
                          FROM c360_customer_profile
                         WHERE partner_id = %(dst_id)s OR partner_id = ANY(%(src_ids)s)
                      ORDER BY company_id, partner_id <> %(dst_id)s, id)
                """,
                **params,
            )
        )
        for model_name in ("c360.customer.profile", "c360.customer.lifecycle"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET partner_id = %(dst_id)s"
                    " WHERE partner_id = ANY(%(src_ids)s)",
                    table=SQL.identifier(self.env[model_name]._table),
                    **params,
                )
            )
            self.env[model_name].invalidate_model()
