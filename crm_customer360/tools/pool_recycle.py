"""Which rule sends a lead back to the pool, and when?

Plain values in, plain values out: the rules as rows, what is known of a lead as a row.
"""

from datetime import datetime
from typing import NamedTuple


class RecycleRule(NamedTuple):
    """A rule as the deadlines need it.

    ``days`` are working days, of ``owner_absent`` days of the calendar. ``level`` is
    the least priority. ``pool_id`` None: leads of every pool.
    """

    id: int
    pool_id: int | None
    kind: str
    days: int
    grade: str = ""
    level: str = ""
    domain: str = "[]"
    category_ids: frozenset[int] = frozenset()
    vetoes: frozenset[str] = frozenset()
    target_id: int | None = None
    warn_days: int = 0
    manager_warn_days: int = 0
    hands_on: bool = False

    @property
    def is_slow(self) -> bool:
        """Tell whether the row of a lead is not enough to know that it fits."""
        return self.domain != "[]" or bool(self.category_ids)


class LeadFacts(NamedTuple):
    """What is known of a held lead; moments in naive UTC."""

    id: int
    pool_id: int
    user_id: int
    company_id: int | None
    type: str
    held_since: datetime
    priority: str = "0"
    grade: str = ""
    followup_date: datetime | None = None
    stage_date: datetime | None = None
    has_order: bool = False
    left_date: datetime | None = None
    contract_end: datetime | None = None
    # what stands on the record now
    recycle_date: datetime | None = None
    recycle_rule_id: int | None = None
    recycle_warned: str | None = None


def fits(rule: RecycleRule, lead: LeadFacts) -> bool:
    """Tell whether the pool, grade and level of a lead are those of a rule.

    >>> lead = LeadFacts(7, 1, 5, None, "lead", datetime(2026, 1, 5), "2", "key")
    >>> fits(RecycleRule(1, 1, "no_order", 5, grade="key", level="1"), lead)
    True
    >>> fits(RecycleRule(1, 2, "no_order", 5), lead)
    False
    >>> fits(RecycleRule(1, None, "no_order", 5, level="3"), lead)
    False
    >>> fits(RecycleRule(1, None, "no_order", 5, grade="normal"), lead)
    False
    """
    return (
        rule.pool_id in (None, lead.pool_id)
        and (not rule.grade or rule.grade == lead.grade)
        and (not rule.level or (lead.priority or "0") >= rule.level)
    )


def choose(rules, lead: LeadFacts, slow_matches) -> list[RecycleRule]:
    """Return the rules that hold for a lead: of each kind the first that fits.

    :param rules: in their order
    :param dict slow_matches: rule id -> ids of the leads that fit the rest of it

    >>> lead = LeadFacts(7, 1, 5, None, "lead", datetime(2026, 1, 5), grade="key")
    >>> key = RecycleRule(1, 1, "no_followup", 20, grade="key")
    >>> rest = RecycleRule(2, None, "no_followup", 5)
    >>> order = RecycleRule(3, None, "no_order", 60)
    >>> [rule.id for rule in choose([key, rest, order], lead, {})]
    [1, 3]
    >>> large = RecycleRule(4, 1, "no_followup", 2, domain="[('color', '=', 1)]")
    >>> [rule.id for rule in choose([large, rest], lead, {4: {8, 9}})]
    [2]
    >>> [rule.id for rule in choose([large, rest], lead, {4: {7}})]
    [4]
    """
    chosen = {}
    for rule in rules:
        if rule.kind in chosen or not fits(rule, lead):
            continue
        if rule.is_slow and lead.id not in slow_matches.get(rule.id, ()):
            continue
        chosen[rule.kind] = rule
    return list(chosen.values())


def get_anchor(kind: str, lead: LeadFacts) -> datetime | None:
    """Return from when on the days of a kind of rule count, None: not at all.

    Nothing that happened before the owner got the lead counts against him.

    >>> lead = LeadFacts(
    ...     7, 1, 5, None, "lead", held_since=datetime(2026, 1, 5),
    ...     followup_date=datetime(2026, 1, 9), stage_date=datetime(2025, 12, 1),
    ... )
    >>> get_anchor("no_followup", lead)
    datetime.datetime(2026, 1, 9, 0, 0)
    >>> get_anchor("no_progress", lead)
    datetime.datetime(2026, 1, 5, 0, 0)
    >>> get_anchor("no_opportunity", lead)
    datetime.datetime(2026, 1, 5, 0, 0)
    >>> get_anchor("no_opportunity", lead._replace(type="opportunity"))
    >>> get_anchor("no_order", lead._replace(has_order=True))
    >>> get_anchor("owner_left", lead)
    >>> get_anchor("owner_left", lead._replace(left_date=datetime(2026, 2, 1)))
    datetime.datetime(2026, 2, 1, 0, 0)
    """
    held = lead.held_since
    match kind:
        case "no_followup":
            return max(held, lead.followup_date or held)
        case "no_progress":
            return max(held, lead.stage_date or held)
        case "no_opportunity":
            return held if lead.type == "lead" else None
        case "no_order":
            return None if lead.has_order else held
        case "owner_left":
            return lead.left_date and max(held, lead.left_date)
        case "contract_end":
            return lead.contract_end and max(held, lead.contract_end)
    return None
