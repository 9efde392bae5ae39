"""Who gets which lead: fair over time, by weight, within capacities."""

from heapq import heapify, heappop, heappush
from typing import NamedTuple


class Taker(NamedTuple):
    """A member as the planning sees him.

    :param int weight: his share; twice the weight is twice the leads
    :param int received: leads he got in the period that counts
    :param int held: leads he has on his desk; breaks ties
    :param capacity: how many more he may take; None: any number
    """

    weight: int = 1
    received: int = 0
    held: int = 0
    capacity: int | None = None


def get_starts(takers, catch_up=10):
    """Return how much each has had already, in leads per unit of weight.

    Who comes new, or back from a long leave, is behind everybody. He catches up, but
    not more than ``catch_up`` leads: he would get everything for weeks otherwise.

    >>> get_starts([Taker(received=40), Taker(weight=2, received=80)])
    [40.0, 40.0]
    >>> get_starts([Taker(received=90), Taker(received=90), Taker()], catch_up=15)
    [90.0, 90.0, 45.0]
    """
    weights = sum(taker.weight for taker in takers)
    average = sum(taker.received for taker in takers) / weights if weights else 0.0
    return [
        max(
            taker.received / taker.weight,
            average - catch_up / taker.weight,
            0.0,
        )
        for taker in takers
    ]


def plan(fits, takers, preferred=None, catch_up=10):
    """Give each lead to the one who has had least for his weight (deficit round robin).

    Deterministic: the same input gives the same plan. Time grows with the leads times
    the logarithm of the takers; leads that fit the same people share one heap.

    :param fits: for each lead, in the order in which they are given out, a bit mask:
        bit ``n`` is set when taker ``n`` may have it
    :param list takers: of :class:`Taker`
    :param preferred: for each lead a bit mask of those who come first, or None
    :param int catch_up: see :func:`get_starts`
    :return: for each lead the index of its taker, or None

    >>> plan([0b11] * 4, [Taker(), Taker()])
    [0, 1, 0, 1]
    >>> plan([0b11] * 6, [Taker(weight=2), Taker()])
    [0, 1, 0, 0, 1, 0]

    Who got less gets more; who may take no more is left out:

    >>> plan([0b11] * 4, [Taker(received=2), Taker()])
    [1, 1, 0, 1]
    >>> plan([0b11] * 4, [Taker(capacity=1), Taker(capacity=2)])
    [0, 1, 1, None]

    A lead goes to somebody who fits, first to those who prefer its kind:

    >>> plan([0b10, 0b10, 0b11, 0b00], [Taker(), Taker()])
    [1, 1, 0, None]
    >>> plan([0b11, 0b11], [Taker(received=1), Taker()], preferred=[0b01, 0])
    [0, 1]
    """
    starts = get_starts(takers, catch_up)
    given = [0] * len(takers)
    heaps = {}

    def rank(place):
        taker = takers[place]
        share = starts[place] + (given[place] + 1) / taker.weight
        return share, taker.held + given[place], place

    def has_room(place):
        capacity = takers[place].capacity
        return capacity is None or given[place] < capacity

    def take(mask):
        """Return the taker of the mask who is next, and count the lead for him."""
        if mask not in heaps:
            heaps[mask] = [rank(place) for place in get_places(mask)]
            heapify(heaps[mask])
        heap = heaps[mask]
        while heap:
            entry = heappop(heap)
            place = entry[2]
            if not has_room(place):
                continue
            if entry != rank(place):
                # he got another lead meanwhile: ranks only grow
                heappush(heap, rank(place))
                continue
            given[place] += 1
            heappush(heap, rank(place))
            return place
        return None

    result = []
    for number, mask in enumerate(fits):
        first = preferred[number] & mask if preferred else 0
        place = take(first) if first else None
        if place is None and mask & ~first:
            place = take(mask & ~first)
        result.append(place)
    return result


def get_places(mask):
    """Return the numbers of the bits that are set.

    >>> get_places(0b1011)
    [0, 1, 3]
    """
    return [place for place in range(mask.bit_length()) if mask >> place & 1]
