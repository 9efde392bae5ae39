import csv
import io
from collections import Counter
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.customer_figure import CLASSES, CUSTOMERS, PROSPECTS, Figures
from .c360_customer_figure_query import (
    AT_END,
    AT_START,
    FIGURES,
    PLACE,
    ROWS,
    STAY,
)

MONTHS = 12
# For one sort and one count of a million customers
WORK_MEM = "128MB"
COMPARE = ("previous", "year")


class C360CustomerFigure(models.AbstractModel):
    """Conversion, retention, churn and repurchase: over any period, at any date.

    Everything is read from the ledger of transitions by one statement, with the rights
    of the user: a salesperson's figures are those of his customers and of the unowned
    ones. Behind each number stand profiles, found again by ``figure_key``.
    """

    _name = "c360.customer.figure"
    _description = "Lifecycle Figures"

    @api.model
    @api.readonly
    def load(
        self, date_from, date_to, dimension="user", compare="previous", filters=None
    ):
        """Return the figures of a period.

        :param str date_from: first day, ISO
        :param str date_to: last day, ISO; the classes are those at the end of that day
        :param str dimension: by what the table is broken down, a key of
            ``c360.customer.figure.dimension``
        :param compare: ``previous`` period, the same of last ``year``, or nothing
        :param dict filters: dimension -> id; 0 stands for none
        :return: a dict of ``figures``, ``stocks``, ``matrix``, ``trend``, ``table``
        :raise UserError: for a period or dimension there is none of, or when the
            lifecycle is switched off
        :raise AccessError: for users who may not read profiles
        """
        Profile = self.env["c360.customer.profile"]
        Profile.check_access("read")
        if not Profile._is_used():
            raise UserError(self.env._("The customer lifecycle is switched off."))
        start, end = self._get_period(date_from, date_to)
        dimensions = self.env["c360.customer.figure.dimension"]._get_dimensions()
        if dimension not in dimensions:
            raise UserError(self.env._("There are no figures by “%s”.", dimension))
        filters = self._check_filters(filters, dimensions)
        before = self._get_compared(start, end, compare)
        sections = self._read(start, end, before, dimension, filters)
        spec = {"from": str(start), "to": str(end), "filters": filters}
        total = Figures(sections["total"])
        return {
            "from": str(start),
            "to": str(end),
            "before": before and [str(day) for day in before],
            "companies": self.env.companies.mapped("display_name"),
            "is_limited": not self._sees_all(),
            "is_empty": not sections["total"],
            "deleted": sections["deleted"],
            "can_export": self.env.user.has_group("base.group_allow_export"),
            "classes": self._get_class_labels(),
            "figures": self._get_figures(
                total, before and Figures(sections["before"]), spec
            ),
            "matrix": self._get_matrix(total, spec),
            "trend": self._get_trend(sections, end),
            "dimension": dimension,
            "dimensions": [
                {"key": key, **values} for key, values in dimensions.items()
            ],
            "filters": self._get_filter_labels(filters, dimensions),
            "table": self._get_table(sections["dimension"], dimension, spec),
        }

    @api.model
    @api.readonly
    def export_csv(self, date_from, date_to, dimension="user", filters=None):
        """Return the table as the text of a CSV file.

        :raise AccessError: without the right to export
        """
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(self.env._("You are not allowed to export figures."))
        data = self.load(date_from, date_to, dimension, None, filters)
        self.env["c360.customer.audit"]._record(
            "export", self._name, len(data["table"]), [dimension]
        )
        labels = {figure["key"]: figure["label"] for figure in data["figures"]}
        [name] = [
            entry["label"] for entry in data["dimensions"] if entry["key"] == dimension
        ]
        classes = data["classes"]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(
            [
                name,
                *(classes[key] for key in CLASSES),
                self.env._("New in the period"),
                self.env._("Bought again"),
                *labels.values(),
            ]
        )
        for row in data["table"]:
            label = row["name"]
            # a name must not become a formula of the spreadsheet
            if label[:1] in ("=", "+", "-", "@", "\t", "\r"):
                label = f"'{label}"
            writer.writerow(
                [
                    label,
                    *(row["stock"][key] for key in CLASSES),
                    row["new"],
                    row["again"],
                    *(
                        "" if row["rates"][key] is None else round(row["rates"][key], 4)
                        for key in labels
                    ),
                ]
            )
        return text.getvalue()

    # ------------------------------------------------------------
    # What is asked
    # ------------------------------------------------------------

    @api.model
    def _get_period(self, date_from, date_to):
        try:
            start, end = (fields.Date.to_date(day) for day in (date_from, date_to))
        except (ValueError, TypeError) as error:
            raise UserError(self.env._("A period has a first and a last day.")) from (
                error
            )
        if not start or not end or start > end:
            raise UserError(self.env._("A period has a first and a last day."))
        return start, end

    @api.model
    def _get_compared(self, start, end, compare):
        """Return the first and the last day of what the period is compared with."""
        if not compare:
            return None
        if compare not in COMPARE:
            raise UserError(
                self.env._("Compare with the previous period or with last year.")
            )
        if compare == "year":
            year = relativedelta(years=1)
            return start - year, end - year
        last = start - timedelta(days=1)
        whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
        if whole_months:
            months = (end.year - start.year) * 12 + end.month - start.month + 1
            return start - relativedelta(months=months), last
        return last - (end - start), last

    @api.model
    def _check_filters(self, filters, dimensions):
        filters = filters or {}
        if not isinstance(filters, dict) or any(
            key not in dimensions or not isinstance(value, int)
            for key, value in filters.items()
        ):
            raise UserError(self.env._("These figures cannot be filtered by that."))
        return filters

    @api.model
    def _sees_all(self):
        """Tell whether the rules leave every profile of the companies to the user."""
        return any(
            self.env.user.has_group(f"crm_customer360.group_{role}")
            for role in ("leader", "care", "service", "analyst")
        )

    # ------------------------------------------------------------
    # SQL
    # ------------------------------------------------------------

    @api.model
    def _get_base(self, end, filters):
        """Return the part of the statements that says who counts, and his stays.

        The rules of profiles and of the ledger, the companies chosen, the filters.
        """
        Profile = self.env["c360.customer.profile"]
        Ledger = self.env["c360.customer.lifecycle"]
        # plain SQL does not see what waits in the cache
        self.env.flush_all()
        companies = self.env.companies
        domain = [("company_id", "in", companies.ids)]
        profiles = Profile.with_context(active_test=False)._search(domain, order="id")
        former = Ledger.with_context(active_test=False)._search(
            [*domain, ("partner_id", "=", False)], order="id"
        )
        conditions = [profiles.where_clause or SQL("TRUE")]
        Dimension = self.env["c360.customer.figure.dimension"]
        for key, value in filters.items():
            query = Dimension._get_query(key, companies, end)
            conditions.append(
                SQL(
                    "%s EXISTS (SELECT FROM (%s) AS known"
                    " WHERE known.partner_id = c360_customer_profile.partner_id"
                    " AND COALESCE(known.company_id,"
                    " c360_customer_profile.company_id)"
                    " = c360_customer_profile.company_id AND known.value %s)",
                    SQL() if value else SQL("NOT"),
                    query,
                    SQL("= %s", value) if value else SQL("IS NOT NULL"),
                )
            )
        customer = SQL(
            """
            SELECT c360_customer_profile.id, c360_customer_profile.partner_id,
                   c360_customer_profile.company_id, c360_customer_profile.lifecycle,
                   c360_customer_profile.lifecycle_date,
                   COALESCE(c360_customer_profile.last_order_date
                            > c360_customer_profile.first_order_date, FALSE) AS again,
                   person.create_date::date AS create_date
              FROM %s
              JOIN res_partner AS person
                ON person.id = c360_customer_profile.partner_id
             WHERE %s
            """,
            profiles.from_clause,
            SQL(" AND ").join(SQL("(%s)", condition) for condition in conditions),
        )
        # what a deleted customer was like nobody knows any more
        is_former = (
            SQL("FALSE")
            if any(filters.values())
            else SQL("row.id IN %s", former.subselect())
        )
        return SQL(STAY, customer=customer, former=is_former)

    @api.model
    def _get_place(self, start, end, before):
        """Return the SQL that says where everybody was, and is."""
        return SQL(
            PLACE,
            before=SQL(AT_START, day=start),
            after=SQL(AT_END, day=end),
            before_then=SQL(AT_START, day=before[0]) if before else SQL("NULL::text"),
            after_then=SQL(AT_END, day=before[1]) if before else SQL("NULL::text"),
            end=end,
        )

    @api.model
    def _take_memory(self):
        """Have big companies counted in memory; ends with the transaction."""
        self.env.cr.execute(SQL("SET LOCAL work_mem = %s", WORK_MEM))

    @api.model
    def _read(self, start, end, before, dimension, filters):
        """Run the statement; return its sections as counters."""
        stay = self._get_base(end, filters)
        first = end.replace(day=1) - relativedelta(months=MONTHS - 1)
        self._take_memory()
        rows = self.env.execute_query(
            SQL(
                FIGURES,
                stay=stay,
                place=self._get_place(start, end, before),
                dimension=self.env["c360.customer.figure.dimension"]._get_query(
                    dimension, self.env.companies, end
                ),
                # what came before the chart is its first stock
                first=first - relativedelta(months=1),
                end=end,
            )
        )
        sections = {
            "total": {},
            "before": {},
            "dimension": {},
            "entered": {},
            "stock": Counter(),
            "deleted": 0,
        }
        for section, value, month, old, new, count, again, deleted in rows:
            if section in ("total", "before"):
                sections[section][old, new] = (count, again)
                sections["deleted"] += deleted if new else 0
            elif section == "dimension":
                cells = sections[section].setdefault(value or 0, {})
                cells[old, new] = (count, again)
            elif section == "entered":
                sections[section][month] = (count, again)
            else:
                sections[section][month, new] = int(count)
        return sections

    @api.model
    def _get_rows_query(self, spec):
        """Return SQL of the ids of the profiles behind a figure.

        :param dict spec: ``from``, ``to``, ``filters`` and what ``_get_condition``
            takes
        :raise UserError: when it makes no sense
        """
        if not isinstance(spec, dict):
            raise UserError(self.env._("This is no lifecycle figure."))
        start, end = self._get_period(spec.get("from"), spec.get("to"))
        dimensions = self.env["c360.customer.figure.dimension"]._get_dimensions()
        filters = self._check_filters(spec.get("filters"), dimensions)
        return SQL(
            ROWS,
            stay=self._get_base(end, filters),
            place=self._get_place(start, end, None),
            condition=self._get_condition(spec),
        )

    @api.model
    def _get_condition(self, spec):
        """Return the SQL condition of a figure: classes before and after, and again.

        A class of None stands for "not yet" before, and "no more" after.
        """
        conditions = [SQL("id > 0")]
        for column in ("before", "after"):
            classes = spec.get(column)
            if classes is None:
                continue
            if not set(classes) <= {*CLASSES, None}:
                raise UserError(self.env._("This is no lifecycle figure."))
            conditions.append(
                SQL(
                    "(%(column)s = ANY(%(classes)s) %(none)s)",
                    column=SQL.identifier(column),
                    classes=[name for name in classes if name],
                    none=SQL("OR %s IS NULL", SQL.identifier(column))
                    if None in classes
                    else SQL(),
                )
            )
        if spec.get("prospects"):
            conditions.append(
                SQL(
                    "(after = ANY(%(prospects)s) OR after = ANY(%(customers)s)"
                    " AND (before IS NULL OR before = ANY(%(prospects)s)))",
                    prospects=list(PROSPECTS),
                    customers=list(CUSTOMERS),
                )
            )
        if spec.get("again"):
            conditions.append(SQL("again"))
        return SQL(" AND ").join(conditions)
