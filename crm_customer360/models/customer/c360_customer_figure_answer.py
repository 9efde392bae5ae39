import json
from collections import Counter

from dateutil.relativedelta import relativedelta

from odoo import api, models

from ...tools.customer_figure import (
    CLASSES,
    CUSTOMERS,
    PROSPECTS,
    Figures,
    share,
)
from .c360_customer_figure import MONTHS


class C360CustomerFigure(models.AbstractModel):
    """How the figures are told: with their formula, and the key to their rows."""

    _inherit = "c360.customer.figure"

    @api.model
    def _get_class_labels(self):
        labels = dict(
            self.env["c360.customer.profile"]
            ._fields["lifecycle"]
            ._description_selection(self.env)
        )
        return {key: labels[key] for key in CLASSES}

    @api.model
    def _prepare_part(self, label, count, spec, **condition):
        """Return one side of a quotient, with the key that finds its rows."""
        return {
            "label": label,
            "count": count,
            "key": json.dumps({**spec, **condition}, sort_keys=True),
        }

    @api.model
    def _get_figures(self, total, before, spec):
        """Return the four figures with their formulas and what is behind them."""
        words = self._get_words()
        parts = self._get_parts(total, spec)
        return [
            {
                "key": key,
                **words[key],
                "parts": parts[key],
                "value": total.rates[key],
                "before": before.rates[key] if before else None,
            }
            for key in words
        ]

    @api.model
    def _get_words(self):
        """Return what each figure is called and how it is reckoned."""
        return {
            "conversion": {
                "label": self.env._("Conversion"),
                "formula": self.env._("new customers ÷ prospects"),
                "help": self.env._(
                    "New: who was no customer before the period and is one at its end. "
                    "Prospects: these, and those who were still prospects at its end."
                ),
                "good": "up",
            },
            "retention": {
                "label": self.env._("Retention"),
                "formula": self.env._("retained customers ÷ all customers"),
                "help": self.env._(
                    "At the end of the last day. Retained: ordered again, or the "
                    "window for new customers or for those won back has passed. All "
                    "customers: everybody who ever ordered, the churned included."
                ),
                "good": "up",
            },
            "churn": {
                "label": self.env._("Churn"),
                "formula": self.env._("churned customers ÷ all customers"),
                "help": self.env._(
                    "At the end of the last day. Churned: no order for the churn "
                    "window in the settings. All customers: everybody who ever "
                    "ordered, the churned included."
                ),
                "good": "down",
            },
            "repurchase": {
                "label": self.env._("Repurchase"),
                "formula": self.env._("new customers who bought again ÷ new customers"),
                "help": self.env._(
                    "Of the new customers of the period: who has ordered on another "
                    "day since, until today. Several orders on one day are one."
                ),
                "good": "up",
            },
        }

    @api.model
    def _get_parts(self, total, spec):
        """Return both sides of each quotient."""
        is_new = {"before": [None, *PROSPECTS], "after": list(CUSTOMERS)}

        def part(label, count, **condition):
            return self._prepare_part(label, count, spec, **condition)

        new = part(self.env._("new customers"), total.new, **is_new)
        customers = part(
            self.env._("customers"), total.customers, after=list(CUSTOMERS)
        )
        return {
            "conversion": [
                new,
                part(self.env._("prospects"), total.prospects, prospects=True),
            ],
            "retention": [
                part(self.env._("retained"), total.retained, after=["retained"]),
                customers,
            ],
            "churn": [
                part(self.env._("churned"), total.churned, after=["churned"]),
                customers,
            ],
            "repurchase": [
                part(self.env._("bought again"), total.again, **is_new, again=True),
                new,
            ],
        }

    @api.model
    def _get_matrix(self, total, spec):
        """Return where everybody came from and went to: it adds up both ways."""
        rows = []
        for old in (*CLASSES, None):
            cells = [
                {
                    "after": new,
                    "count": total.cells.get((old, new), (0, 0))[0],
                    "key": json.dumps(
                        {**spec, "before": [old], "after": [new]}, sort_keys=True
                    ),
                }
                for new in (*CLASSES, None)
                if old or new
            ]
            if any(cell["count"] for cell in cells):
                rows.append(
                    {
                        "before": old,
                        "count": sum(cell["count"] for cell in cells),
                        "cells": cells,
                    }
                )
        return rows

    @api.model
    def _get_trend(self, sections, end):
        """Return the stock at the end of each month, and the rates."""
        first = end.replace(day=1) - relativedelta(months=MONTHS - 1)
        stock = Counter()
        months = []
        for number in range(-1, MONTHS):
            month = first + relativedelta(months=number)
            for name in CLASSES:
                stock[name] += sections["stock"].get((month, name), 0)
            if number < 0:
                continue
            new, again = sections["entered"].get(month, (0, 0))
            customers = sum(stock[name] for name in CUSTOMERS)
            months.append(
                {
                    "date": str(month),
                    "stock": {name: stock[name] for name in CLASSES},
                    "new": new,
                    "rates": {
                        "conversion": share(new, stock["prospect"] + new),
                        "retention": share(stock["retained"], customers),
                        "churn": share(stock["churned"], customers),
                        "repurchase": share(again, new),
                    },
                }
            )
        return months

    @api.model
    def _get_table(self, values, dimension, spec):
        """Return a row for each value of the dimension, most customers first."""
        model = self.env["c360.customer.figure.dimension"]._get_dimensions()[dimension][
            "model"
        ]
        # The names of what the user's own customers have; nothing else of it.
        named_sudo = self.env[model].sudo().browse(filter(None, values)).exists()
        names = {record.id: record.display_name for record in named_sudo}
        rows = []
        for value, cells in values.items():
            figures = Figures(cells)
            filters = {**spec["filters"], dimension: value}
            rows.append(
                {
                    "id": value,
                    "name": names.get(value) or self.env._("None"),
                    "stock": {name: figures.count(after={name}) for name in CLASSES},
                    "customers": figures.customers,
                    "new": figures.new,
                    "again": figures.again,
                    "rates": figures.rates,
                    "key": json.dumps(
                        {**spec, "filters": filters, "after": list(CUSTOMERS)},
                        sort_keys=True,
                    ),
                    "filters": filters,
                }
            )
        rows.sort(key=lambda row: (-row["customers"], -row["stock"]["prospect"]))
        return rows

    @api.model
    def _get_filter_labels(self, filters, dimensions):
        return [
            {
                "key": key,
                "id": value,
                "label": dimensions[key]["label"],
                "name": self.env[dimensions[key]["model"]]
                .sudo()
                .browse(value)
                .exists()
                .display_name
                if value
                else self.env._("None"),
            }
            for key, value in filters.items()
        ]
