from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pool_day import day_start
from .c360_pool import LEADER

# period -> its days, and how many of them a bar of the chart stands for
PERIODS = {"week": (7, 1), "month": (30, 1), "quarter": (91, 7)}
LONG_DAYS = 30
COUNTS = ("entered", "claimed", "assigned", "returned", "recycled", "converted", "won")
HOURS = ("claim", "contact")
MEASURES = [f"{name}_count" for name in COUNTS] + [f"{name}_hours" for name in HOURS]
AGGREGATES = [f"{name}_count:sum" for name in COUNTS] + [
    f"{name}_hours:avg" for name in HOURS
]
HELD = [
    ("pool_state", "=", "held"),
    ("won_status", "=", "pending"),
    ("active", "=", True),
]
TOP = 8


class C360PoolBoard(models.AbstractModel):
    """The pools at a glance: what came, who took it, what became of it, who hoards.

    Everything comes in one call, by a fixed number of grouped queries, and each number
    with the rows behind it. Rights are those of the ledger, the pools and the leads:
    leaders see all of their companies, members see themselves.
    """

    _name = "c360.pool.board"
    _description = "Pool Board"

    @api.model
    @api.readonly
    def load(self, period="month", pool_id=False):
        """Return the figures of a period that ends now.

        :param str period: week, month or quarter
        :param int pool_id: only this pool; none: all the user may see
        :return: a dictionary of cards, bars, pools, members, reasons and sources
        :raise UserError: for an unknown period, or when pools are switched off
        :raise AccessError: for users who have nothing to do with pools
        """
        pools = self.env["c360.pool"]
        pools.check_access("read")
        if not pools._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        if period not in PERIODS:
            raise UserError(self.env._("Choose a week, a month or a quarter."))
        days, length = PERIODS[period]
        now = fields.Datetime.now()
        start = day_start(now, self.env.user.tz) - timedelta(days=days - 1)
        scope = [("pool_id", "=", pool_id)] if pool_id else []
        # read once: what is grouped by pool names them
        visible = pools.with_context(active_test=False).search_fetch(
            [], ["active", "name"]
        )
        moves = self._get_moves(scope, start, now)
        before = self._get_totals(scope, start - timedelta(days=days), start)
        held = self._get_held(scope, now)
        return {
            "period": period,
            "pool_id": pool_id or False,
            "domain": [
                *scope,
                ("date", ">=", fields.Datetime.to_string(start)),
            ],
            "scope": scope,
            "is_leader": self.env.user.has_group(LEADER),
            "is_empty": not (any(moves["total"].values()) or held["pools"]),
            "long_days": LONG_DAYS,
            "long_date": fields.Datetime.to_string(now - timedelta(days=LONG_DAYS)),
            "cards": [
                {
                    "key": name,
                    "value": moves["total"][f"{name}_count"],
                    "before": before[f"{name}_count"],
                }
                for name in COUNTS
            ],
            "hours": {name: moves["total"][f"{name}_hours"] for name in HOURS},
            "bars": self._get_bars(moves["days"], start, length),
            "step": "week" if length > 1 else "day",
            "pools": self._get_pools(scope, visible, moves["pools"], held["pools"]),
            "all_pools": [
                {"id": pool.id, "name": pool.name} for pool in visible if pool.active
            ],
            "members": self._get_members(moves["members"], held["members"]),
            "reasons": self._get_top(moves["reasons"]),
            "sources": self._get_top(moves["sources"]),
        }

    # ------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------

    @api.model
    def _get_moves(self, scope, start, now):
        """Return the figures of a period in all their groupings, by one query."""
        total, days, pools, members, reasons, sources = self.env[
            "c360.pool.report"
        ]._read_grouping_sets(
            [*scope, ("date", ">=", start), ("date", "<=", now)],
            [
                [],
                ["date:day"],
                ["pool_id"],
                ["user_id"],
                ["kind", "return_reason_id", "rule_id"],
                ["source_id"],
            ],
            AGGREGATES,
        )
        return {
            "total": self._get_figures(total[0] if total else ()),
            "days": {key: self._get_figures(values) for key, *values in days},
            "pools": {key: self._get_figures(values) for key, *values in pools},
            "members": {
                key: self._get_figures(values) for key, *values in members if key
            },
            "reasons": {
                (kind, reason, rule): self._get_figures(values)
                for kind, reason, rule, *values in reasons
                if kind in ("return", "recycle")
            },
            "sources": {key: self._get_figures(values) for key, *values in sources},
        }

    @api.model
    def _get_totals(self, scope, start, end):
        """Return the figures of an earlier period, to compare with."""
        [values] = self.env["c360.pool.report"]._read_group(
            [*scope, ("date", ">=", start), ("date", "<", end)],
            aggregates=AGGREGATES[: len(COUNTS)],
        )
        return self._get_figures(values)

    @api.model
    def _get_figures(self, values):
        named = dict.fromkeys(MEASURES, 0)
        # no hours is not the same as zero hours
        named.update({f"{name}_hours": False for name in HOURS})
        for name, value in zip(MEASURES, values, strict=False):
            if name.endswith("_hours"):
                value = round(float(value), 1) if value is not None else False
            named[name] = value or (False if name.endswith("_hours") else 0)
        return named

    @api.model
    def _get_bars(self, days, start, length):
        """Return the bars of the chart, also those without anything.

        :param dict days: figures by local day
        :param datetime start: local midnight of the first day, UTC
        :param int length: days a bar stands for
        """
        first = fields.Datetime.context_timestamp(self, start).date()
        last = fields.Date.context_today(self)
        count = (last - first).days // length + 1
        bars = [
            {
                "date": fields.Date.to_string(first + timedelta(days=length * number)),
                **dict.fromkeys(("entered", "taken", "back"), 0),
            }
            for number in range(count)
        ]
        for moment, figures in days.items():
            number = (fields.Date.to_date(moment) - first).days // length
            bar = bars[min(max(number, 0), count - 1)]
            bar["entered"] += figures["entered_count"]
            bar["taken"] += figures["claimed_count"] + figures["assigned_count"]
            bar["back"] += figures["returned_count"] + figures["recycled_count"]
        return bars

    # ------------------------------------------------------------
    # What is held, and what waits
    # ------------------------------------------------------------

    @api.model
    def _get_held(self, scope, now):
        """Return how many leads are held by pool and by member, and how."""
        leads = self.env["crm.lead"]
        domain = [*HELD, ("pool_id", "!=", False), *scope]
        pools, members = leads._read_grouping_sets(
            domain, [["pool_id"], ["user_id"]], ["__count"]
        )
        by_member = {user: {"held": count} for user, count in members}
        for name, condition in (
            ("silent", ("pool_silent", "=", True)),
            ("long", ("pool_date", "<", now - timedelta(days=LONG_DAYS))),
        ):
            for user, count in leads._read_group(
                [*domain, condition], ["user_id"], ["__count"]
            ):
                by_member[user][name] = count
        return {"pools": dict(pools), "members": by_member}

    @api.model
    def _get_pools(self, scope, visible, moves, held):
        waiting = dict(
            self.env["c360.pool.lead"]._read_group(scope, ["pool_id"], ["__count"])
        )
        found = self.env["c360.pool"].union(*moves, *held, *waiting)
        # the ledger may speak of pools he sees no more: they are left out
        return [
            {
                "id": pool.id,
                "name": pool.name,
                "waiting": waiting.get(pool, 0),
                "held": held.get(pool, 0),
                **moves.get(pool, self._get_figures(())),
            }
            for pool in visible
            if pool in found
        ]

    @api.model
    def _get_members(self, moves, held):
        """Return a row per member: what he took, what he keeps, who hoards first."""
        rows = []
        # Colleagues' names are no secret inside the company.
        users_sudo = self.env["res.users"].sudo().union(*moves, *held)
        for user_sudo in users_sudo:
            user = user_sudo.sudo(False)
            figures = moves.get(user, self._get_figures(()))
            taken = figures["claimed_count"] + figures["assigned_count"]
            kept = held.get(user, {})
            rows.append(
                {
                    "id": user.id,
                    "name": user_sudo.name,
                    **figures,
                    "taken": taken,
                    "rate": figures["converted_count"] / taken if taken else False,
                    "held": kept.get("held", 0),
                    "silent": kept.get("silent", 0),
                    "long": kept.get("long", 0),
                }
            )
        return sorted(
            rows, key=lambda row: (-row["silent"], -row["held"], row["name"] or "")
        )

    @api.model
    def _get_top(self, figures):
        """Return the largest groups of reasons or of sources."""
        rows = []
        for key, values in figures.items():
            if isinstance(key, tuple):
                kind, reason, rule = key
                row = {
                    "kind": kind,
                    "return_reason_id": reason.id,
                    "rule_id": rule.id,
                    "name": (rule or reason).display_name,
                }
                count = values["returned_count"] + values["recycled_count"]
            else:
                row = {"id": key.id, "name": key.display_name or False}
                count = values["entered_count"]
                row["won"] = values["won_count"]
            if count:
                rows.append({**row, "count": count})
        return sorted(rows, key=lambda row: -row["count"])[:TOP]
