"""Who gets what when a colleague hands over: pure arithmetic.

What belongs to one customer stays together: it is a bundle, and a bundle goes to one
successor.
"""

from collections import Counter
from typing import NamedTuple


class Bundle(NamedTuple):
    """Everything of one customer, or one thing that belongs to no customer.

    :param int size: records in it
    :param team: id of the team it belongs to, or None
    :param knowers: ``{user id: number}`` of who knows this customer, or this region
    """

    size: int
    team: int | None = None
    knowers: dict = {}


def share(bundles, candidates, rule, loads=None, teams=None, fallback=None):
    """Return the successor of each bundle, in their order.

    :param list bundles: ``Bundle``
    :param list candidates: user ids
    :param str rule: ``one``: all to the fallback; ``load``: to whoever has least, the
        biggest bundle first; ``team``: the same among those of the bundle's team;
        ``knows``: to whoever knows it best, of several to the one who has least
    :param dict loads: user id -> open records he has already
    :param dict teams: team id -> user ids in it
    :param fallback: who gets what the rule gives to nobody; None: nobody

    >>> share([Bundle(1), Bundle(5), Bundle(4)], [7, 8], "load")
    [8, 7, 8]
    >>> share([Bundle(3), Bundle(3)], [7, 8], "load", loads={7: 10})
    [8, 8]
    >>> share([Bundle(3, 1), Bundle(3)], [7, 8], "team", teams={1: [8]}, fallback=9)
    [8, 9]
    >>> share([Bundle(2, knowers={8: 4, 7: 1}), Bundle(2)], [7, 8], "knows", fallback=7)
    [8, 7]
    >>> share([Bundle(2, knowers={8: 4, 7: 4, 5: 9})], [7, 8], "knows", loads={7: 1})
    [8]
    >>> share([Bundle(2)], [7, 8], "one", fallback=9)
    [9]
    >>> share([Bundle(2)], [], "load")
    [None]
    """
    loads = Counter(loads or {})
    result = [fallback] * len(bundles)
    order = sorted(range(len(bundles)), key=lambda place: -bundles[place].size)
    for place in order:
        bundle = bundles[place]
        fit = _get_fit(bundle, candidates, rule, teams or {})
        if fit:
            result[place] = min(fit, key=lambda user: loads[user])
        if result[place] is not None:
            loads[result[place]] += bundle.size
    return result


def _get_fit(bundle, candidates, rule, teams):
    """Return the candidates the rule gives this bundle to."""
    if rule == "load":
        return candidates
    if rule == "team":
        members = set(teams.get(bundle.team, ()))
        return [user for user in candidates if user in members]
    if rule == "knows":
        best = max((bundle.knowers.get(user, 0) for user in candidates), default=0)
        return [
            user for user in candidates if best and bundle.knowers.get(user) == best
        ]
    return []
