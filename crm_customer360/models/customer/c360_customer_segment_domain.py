from ast import literal_eval

from odoo import api, models
from odoo.fields import Domain

# Who works for us, not what belongs to a company: users may belong to several.
SHARED_MODELS = ("res.users",)
HIERARCHY = ("child_of", "parent_of")


class C360CustomerSegment(models.Model):
    """Filters as they were typed, kept to what they may look at."""

    _inherit = "c360.customer.segment"

    def _read_domain(self, model, text):
        """Return a domain as it was typed, kept to the company of the segment.

        The nightly refresh asks it without rules, the preview with those of the user:
        what leads to the documents of other companies is cut off in both.

        :raise AccessError: for a field kept from the user, which the host does not ask
            where a field is found by a search method
        :raise ValueError: for a filter that leads to segments
        """
        return self._keep_domain(model, Domain(literal_eval(text or "[]")))

    def _keep_domain(self, model, domain):
        return domain.map_conditions(
            lambda condition: self._keep_condition(model, condition)
        )

    def _keep_condition(self, model, condition):
        """Return a condition that only sees other rows of the segment's company."""
        name, _dot, rest = condition.field_expr.partition(".")
        operator, value = condition.operator, condition.value
        field = model._fields.get(name)
        if field is None:
            # the host has the words for it
            return condition
        model._check_field_access(field, "read")
        if name == "id" and operator in ("any", "not any"):
            return Domain(name, operator, self._keep_domain(model, Domain(value)))
        if not field.relational:
            return condition
        comodel = self.env[field.comodel_name]
        self._check_no_segments(comodel)
        limit = self._get_company_limit(comodel)
        if rest:
            operator, value = "any", Domain(rest, operator, value)
        if operator in ("any", "not any"):
            domain = self._keep_domain(comodel, Domain(value))
            return Domain(name, operator, domain & limit)
        if field.type == "many2one" or limit.is_true():
            # a link of the row itself
            return condition
        return self._keep_links(name, operator, value, limit)

    @api.model
    def _keep_links(self, name, operator, value, limit):
        """Return a condition on which rows there are, of those within the limit."""
        positive = Domain.NEGATIVE_OPERATORS.get(operator, operator)
        if positive in ("in", "="):
            values = value if isinstance(value, list | tuple | set) else [value]
            known = [entry for entry in values if entry]
            is_named = any(isinstance(entry, str) for entry in known)
            wanted = Domain("display_name" if is_named else "id", "in", known)
            found = Domain(name, "any", wanted & limit) if known else Domain.FALSE
            if len(known) < len(values):
                found |= Domain(name, "not any", limit)
        else:
            key = "id" if positive in HIERARCHY else "display_name"
            found = Domain(name, "any", Domain(key, positive, value) & limit)
        return ~found if operator in Domain.NEGATIVE_OPERATORS else found

    def _get_company_limit(self, model):
        """Return the domain of the rows of a model that are no other company's."""
        field = model._fields.get("company_id")
        if (
            model._name in SHARED_MODELS
            or field is None
            or not (field.store or field.search)
        ):
            return Domain.TRUE
        return Domain(model._check_company_domain(self.company_id))

    @api.model
    def _check_no_segments(self, model):
        """Refuse a filter by segments.

        Only what the condition names is known to be built on: what is refreshed first,
        what may not be deleted, what would go round in a circle.
        """
        if model._name.startswith("c360.customer.segment"):
            raise ValueError(
                self.env._(
                    "a filter cannot ask for segments. Add the condition “a place in "
                    "other segments” instead."
                )
            )
