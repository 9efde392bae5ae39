from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.customer_churn import get_risk
from ...tools.customer_value_history import look_ahead, summarise
from ...tools.customer_value_money import get_value
from ...tools.customer_value_trial import MODELS, PLAIN
from ...tools.customer_value_worth import (
    YEAR_WEEKS,
    get_discounted,
    get_years,
    round_digits,
)
from .c360_customer_profile import SOURCES
from .c360_customer_value_query import WRITE, get_histories_query

# The most customers looked at together: some ten megabytes
SLICE = 5000
# Below, the model rather believes that he is gone.
SILENT = 0.5
# A customer's own margin counts for as much as that of all after so many orders.
OWN_MARGIN_ORDERS = 2.0


class C360CustomerValueScore(models.AbstractModel):
    """Writes what is to be expected of customers into their profiles.

    Every slice costs the same few statements: the histories, the margins, the signs
    the rooms see, and one write of the rows that changed.
    """

    _name = "c360.customer.value.score"
    _description = "Scoring of Customers"

    @api.model
    def _is_used(self):
        Groups = self.env["res.groups"]
        return Groups._is_feature_enabled(
            "crm_customer360.group_use_value"
        ) and Groups._is_feature_enabled("crm_customer360.group_use_lifecycle")

    @api.model
    def _wake_fit(self):
        """Have the models learn soon: the forecast has been switched on."""
        cron = self.env.ref(
            "crm_customer360.ir_cron_customer_value_fit", raise_if_not_found=False
        )
        if cron:
            cron._trigger()

    @api.model
    def _score(self, partners, companies=None):
        """Bring the forecasts of some customers up to date.

        :param partners: any contacts, their commercial partners are meant
        :param companies: in whose eyes; by default all that have a model
        :return: number of profiles written
        """
        if not partners or not self._is_used():
            return 0
        # The system keeps the books, whoever's document is the reason.
        partners_sudo = partners.sudo()
        partner_ids = (partners_sudo | partners_sudo.commercial_partner_id).ids
        value_models_sudo = self.env["c360.customer.value.model"].sudo()
        domain = [("company_id", "in", companies.ids)] if companies else []
        written = 0
        for value_model_sudo in value_models_sudo.search(domain or [(1, "=", 1)]):
            for place in range(0, len(partner_ids), SLICE):
                written += self._score_slice(
                    value_model_sudo, partner_ids[place : place + SLICE]
                )
        return written

    @api.model
    def _get_histories(self, partner_ids, company, today):
        """Return ``{partner id: (days, revenues)}`` of those who ordered."""
        for model_name, field_names in SOURCES.items():
            self.env[model_name].flush_model(field_names)
        rows = self.env.execute_query(
            get_histories_query(
                self.env, partner_ids, company, today + timedelta(days=1)
            )
        )
        return {partner_id: (days, revenues) for partner_id, days, revenues in rows}

    @api.model
    def _score_slice(self, value_model, partner_ids):
        """Score some customers of one company; return the number of rows written."""
        company, today = value_model.company_id, fields.Date.today()
        histories = self._get_histories(partner_ids, company, today)
        forecasts = self._get_forecasts(value_model, histories, today)
        signs = {}
        churn = self.env["c360.customer.churn"]
        for partner_id, code, weight in churn._get_signs(
            list(histories), company, today
        ):
            signs.setdefault(partner_id, {})[code] = float(weight)
        rows = [
            self._get_row(partner_id, histories, forecasts, signs, today)
            for partner_id in partner_ids
        ]
        names = ("partner_id", *rows[0][1])
        columns = dict(
            zip(
                names,
                zip(*((key, *row.values()) for key, row in rows), strict=True),
                strict=True,
            )
        )
        profiles = self.env["c360.customer.profile"]
        profiles.flush_model()
        [(written,)] = self.env.execute_query(
            SQL(
                WRITE,
                company_id=company.id,
                **{name: list(values) for name, values in columns.items()},
            )
        )
        if written:
            profiles.invalidate_model(list(rows[0][1]))
        return written

    @api.model
    def _get_row(self, partner_id, histories, forecasts, signs, today):
        """Return the columns of one customer; zeros where nothing is known."""
        history = histories.get(partner_id)
        basis, alive, expected, worth = forecasts.get(partner_id, (None, 0, 0, 0))
        row = {
            "value_basis": basis,
            "alive_probability": alive,
            "expected_orders": expected,
            "lifetime_value": worth,
            "order_gap": 0,
            "order_gap_late": 0,
            "next_order_date": None,
            "churn_risk": 0.0,
            "churn_reasons": None,
        }
        if history:
            outlook = look_ahead(*history, today)
            weights = {**signs.get(partner_id, {}), **outlook.signs}
            if basis == "model" and alive < SILENT:
                weights["silent"] = 1 - alive
            risk, codes = get_risk(weights)
            row.update(
                order_gap=outlook.gap,
                order_gap_late=outlook.late,
                next_order_date=outlook.next_day,
                churn_risk=risk,
                churn_reasons=f",{','.join(codes)}," if codes else None,
            )
        return partner_id, row

    @api.model
    def _get_forecasts(self, value_model, histories, today):
        """Return ``{partner id: (basis, alive, expected orders, value)}``, rounded."""
        kind = value_model._get_kind()
        if not kind or not histories:
            return {}
        # numpy takes a while to import, and few workers ever need it
        import numpy as np

        parameters = value_model._get_parameters(kind)
        x, recency, age, mean = np.array(
            [summarise(*history, today) for history in histories.values()], dtype=float
        ).T

        def expect(years):
            return MODELS[kind].get_expected(
                parameters, x, recency, age, years * YEAR_WEEKS
            )

        company = value_model.company_id
        years = get_years(company.c360_value_months)
        orders = get_discounted(
            [expect(year) for year in years], years, company.c360_value_discount / 100
        )
        money = get_value(value_model.money_parameters, x, mean)
        worth = orders * money * self._get_rates(value_model, histories, x)
        alive = (
            np.zeros(len(x))
            if kind == PLAIN
            else MODELS[kind].get_alive(parameters, x, recency, age)
        )
        basis = "rate" if kind == PLAIN else "model"
        columns = zip(
            histories,
            np.round(alive, 2).tolist(),
            np.round(expect(1.0), 1).tolist(),
            np.round(round_digits(worth), company.currency_id.decimal_places).tolist(),
            strict=True,
        )
        return {partner_id: (basis, *values) for partner_id, *values in columns}

    @api.model
    def _get_rates(self, value_model, histories, frequency):
        """Return what is left of a unit of revenue of each customer.

        One when the value is counted in revenue. Else his own margin, drawn towards
        that of all customers the less he has ordered.
        """
        import numpy as np

        if value_model.company_id.c360_value_base == "revenue":
            return 1.0
        own = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner_id, (margin / revenue)::float8
                      FROM c360_customer_profile
                     WHERE company_id = %s
                       AND partner_id = ANY(%s)
                       AND revenue > 0
                       AND margin IS NOT NULL
                    """,
                    value_model.company_id.id,
                    list(histories),
                )
            )
        )
        mean = value_model.margin_rate
        rates = np.array([own.get(partner_id, mean) for partner_id in histories])
        share = (frequency + 1) / (frequency + 1 + OWN_MARGIN_ORDERS)
        return share * np.clip(rates, -1.0, 1.0) + (1 - share) * mean
