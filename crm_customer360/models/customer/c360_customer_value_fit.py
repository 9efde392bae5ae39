import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools import customer_value_money
from ...tools.customer_value import WEEK, get_histories
from ...tools.customer_value_history import count_after, summarise
from ...tools.customer_value_trial import (
    MODELS,
    PLAIN,
    choose,
    get_lack,
    get_months,
    run,
)
from .c360_customer_value_query import SAMPLE

_logger = logging.getLogger(__name__)

# So many customers say as much about the parameters as a million, in seconds.
SAMPLE_SIZE = 10_000
ACTUAL = "actual"


class C360CustomerValueFit(models.Model):
    """Learning and trial of a company's models."""

    _inherit = "c360.customer.value.model"

    @api.model
    def _cron_fit(self):
        """Let the models of every company learn anew, then score its customers."""
        if not self.env["c360.customer.value.score"]._is_used():
            return
        self._create_missing()
        value_models = self.search(Domain.TRUE)
        for place, value_model in enumerate(value_models):
            try:
                with self.env.cr.savepoint():
                    value_model._fit()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                # one company's odd history must not keep the others from theirs
                _logger.exception("Forecast of company %s", value_model.company_id.id)
            left = len(value_models) - place - 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break
        self._wake_score()

    def _fit(self):
        """Learn from the past, foretell the held-out months, choose, learn it all."""
        self.ensure_one()
        today = fields.Date.today()
        histories = self._get_sample(today)
        values = {
            "fit_date": today,
            "state": "lack",
            "customer_count": self._count_customers(),
            "sample_count": 0,
            "repeat_count": 0,
            "actual_count": 0,
            "best_kind": False,
            "candidate_ids": [fields.Command.clear()],
            "month_ids": [fields.Command.clear()],
        }
        values.update(self._try(histories, today))
        if values["state"] == "ready":
            values.update(self._get_money(histories, today))
        self.write(values)

    def _get_sample(self, today):
        """Return the histories of up to ``SAMPLE_SIZE`` customers, in slices."""
        self.env["c360.customer.profile"].flush_model()
        rows = self.env.execute_query(
            SQL(SAMPLE, company_id=self.company_id.id, limit=SAMPLE_SIZE)
        )
        return self.env["c360.customer.value.score"]._get_histories(
            [partner_id for (partner_id,) in rows], self.company_id, today
        )

    def _count_customers(self):
        return self.env["c360.customer.profile"].search_count(
            [("company_id", "=", self.company_id.id), ("order_count", ">", 0)]
        )

    def _try(self, histories, today):
        """Return the fields that tell of the trial.

        :param histories: ``{partner id: (days, revenues)}``
        """
        first = min((days[0] for days, _revenues in histories.values()), default=today)
        weeks = (today - first).days / WEEK
        months = get_months(weeks)
        ends = [today - relativedelta(months=month) for month in range(months, -1, -1)]
        known = [history for history in histories.values() if history[0][0] <= ends[0]]
        summaries = [summarise(*history, ends[0]) for history in known]
        values = {
            "first_date": first if histories else False,
            "cut_date": ends[0],
            "months": months,
            "sample_count": len(known),
            "repeat_count": sum(summary.frequency for summary in summaries),
        }
        lack = get_lack(len(known), values["repeat_count"], weeks)
        values["lack"] = lack
        if lack:
            return values
        came = [count_after(days, ends) for days, _revenues in known]
        x, recency, age, _mean = zip(*summaries, strict=True)
        trials = self._run(x, recency, age, came, months)
        values.update(
            state="ready",
            actual_count=sum(counts[-1] for counts in came),
            best_kind=choose(trials),
            candidate_ids=[
                fields.Command.clear(),
                *self._prepare_candidates(trials, histories, came, today),
            ],
            month_ids=[
                fields.Command.clear(),
                *self._prepare_months(trials, came, ends),
            ],
        )
        return values

    def _run(self, x, recency, age, came, months):
        import numpy as np

        columns = (np.array(column, dtype=float) for column in (x, recency, age))
        return run(*columns, np.array([counts[-1] for counts in came]), months)

    def _prepare_candidates(self, trials, histories, came, today):
        """Return the commands of the candidates, with parameters of everything."""
        summaries = [summarise(*history, today) for history in histories.values()]
        x, recency, age, _mean = zip(*summaries, strict=True)
        everything = get_histories(x, recency, age)
        total = sum(counts[-1] for counts in came)
        commands = []
        for kind, trial in trials.items():
            fit = MODELS[kind].fit(everything, trial.parameters)
            commands.append(
                fields.Command.create(
                    {
                        "kind": kind,
                        "parameters": list(fit.parameters),
                        "mae": trial.mae,
                        "rmse": trial.rmse,
                        "foretold_count": trial.foretold[-1],
                        "total_error": (trial.foretold[-1] - total) / max(1, total),
                        "gain": 1 - trial.rmse / trials[PLAIN].rmse
                        if trials[PLAIN].rmse
                        else 0.0,
                    }
                )
            )
        return commands

    def _prepare_months(self, trials, came, ends):
        """Return the commands of the graph: cumulative orders at each month's end."""
        series = {ACTUAL: [sum(column) for column in zip(*came, strict=True)]}
        series.update({kind: trial.foretold for kind, trial in trials.items()})
        return [
            fields.Command.create({"series": name, "date": end, "orders": orders})
            for name, values in series.items()
            for end, orders in zip(ends[1:], values, strict=True)
        ]

    def _get_money(self, histories, today):
        """Return what the value of orders looks like."""
        summaries = [summarise(*history, today) for history in histories.values()]
        fit = customer_value_money.fit(
            [summary.frequency for summary in summaries],
            [summary.mean for summary in summaries],
        )
        orders = sum(len(days) for days, _revenues in histories.values())
        revenue = sum(sum(revenues) for _days, revenues in histories.values())
        # Too few to learn from: everybody orders for the mean value.
        flat = (1.0, 2.0, revenue / max(1, orders))
        return {
            "money_parameters": list(fit.parameters if fit else flat),
            "margin_rate": self._get_margin_rate(),
        }

    def _get_margin_rate(self):
        """Return what all customers together leave of a unit of revenue."""
        [(rate,)] = self.env.execute_query(
            SQL(
                """
                SELECT (SUM(margin) / NULLIF(SUM(revenue), 0))::float8
                  FROM c360_customer_profile
                 WHERE company_id = %s
                   AND revenue > 0
                   AND margin IS NOT NULL
                """,
                self.company_id.id,
            )
        )
        return max(-1.0, min(1.0, rate)) if rate is not None else 1.0
