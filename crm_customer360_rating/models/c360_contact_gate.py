from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, format_date

from odoo.addons.crm_customer360.tools.contact_stop import StopFact

from .c360_contact_policy import BEST_RATING


class C360ContactGate(models.AbstractModel):
    """What the customer thought of us may stop a contact."""

    _inherit = "c360.contact.gate"

    @api.model
    def _get_facts_satisfaction(self, requests, at):
        """The ratings of the customer, the newest first."""
        self.env["rating.rating"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT person.commercial_partner_id, rating.res_model, rating.res_id,
                       rating.res_name, rating.rating,
                       COALESCE(rating.rated_on, rating.write_date) AS rated_on
                  FROM res_partner AS person
                  JOIN rating_rating AS rating ON rating.partner_id = person.id
                 WHERE person.commercial_partner_id = ANY(%(customer_ids)s)
                   AND rating.consumed IS TRUE
                   -- zero: he did not say
                   AND rating.rating > 0
                   AND COALESCE(rating.rated_on, rating.write_date) <= %(at)s
              ORDER BY rated_on DESC, rating.id DESC
                """,
                customer_ids=self._get_customer_ids(requests),
                at=at,
            )
        )
        companies = self._get_rated_companies(rows)
        facts = defaultdict(list)
        for customer_id, model, res_id, name, value, rated_on in rows:
            fact = StopFact(name, since=rated_on, value=value)
            company_id = companies.get((model, res_id))
            for company in (
                [company_id] if company_id else self._get_company_ids(requests)
            ):
                facts[customer_id, company].append(fact)
        return self._spread_facts(requests, facts)

    @api.model
    def _get_rated_companies(self, rows):
        """Return the company of each rated document, one query per model."""
        by_model = defaultdict(set)
        for _customer_id, model, res_id, *_rest in rows:
            by_model[model].add(res_id)
        companies = {}
        for model, ids in by_model.items():
            if model not in self.env or "company_id" not in self.env[model]._fields:
                continue
            # who sends must be stopped, also where he may not read the document
            documents_sudo = (
                self.env[model]
                .sudo()
                .with_context(active_test=False)
                .search_fetch([("id", "in", list(ids))], ["company_id"])
            )
            for document in documents_sudo:
                companies[model, document.id] = document.company_id.id
        return companies

    @api.model
    def _explain_satisfaction(self, request, fact, at):
        return self.env._(
            "%(name)s was rated %(value)s of %(best)s on %(date)s.",
            name=fact.name,
            value=f"{fact.value:g}",
            best=BEST_RATING,
            date=format_date(self.env, fact.since),
        )
