from odoo import api, models
from odoo.tools import SQL


class C360CustomerChurn(models.AbstractModel):
    """Signs that a customer is about to leave; rooms and bridges add their own.

    To add a sign, inherit this model and extend both methods; nothing else has to know
    it. A sign is a code, words, and a select of whom it concerns, with a weight between
    0 and 1: how much of the remaining certainty that he stays it takes away.
    """

    _name = "c360.customer.churn"
    _description = "Signs of Churn"

    @api.model
    def _get_words(self):
        """Return ``{code: words}`` in the language of the reader; call ``super()``."""
        return {
            "overdue": self.env._("later than his own rhythm"),
            "silent": self.env._("silent for so long that he may be gone"),
            "falling": self.env._("revenue has halved in half a year"),
        }

    @api.model
    def _get_selects(self, customers, company, today):
        """Return SQL selects of ``(partner_id, code, weight)``; call ``super()``.

        They run with the rights of the system over slices of some thousand customers,
        so they have to be served by an index over the partner.

        :param SQL customers: expression of the array of commercial partners to look
            at, for ``= ANY(…)``
        :param company: whose documents count
        :param date today: the day to look from
        :return: list of SQL; ``partner_id`` is the commercial partner
        """
        return []

    @api.model
    def _get_signs(self, partner_ids, company, today):
        """Return ``(partner id, code, weight)`` of these customers in one query."""
        selects = self._get_selects(SQL("%s", partner_ids), company, today)
        if not selects or not partner_ids:
            return []
        return self.env.execute_query(SQL(" UNION ALL ").join(selects))
