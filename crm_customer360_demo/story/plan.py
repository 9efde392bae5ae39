"""When a customer orders and what: chance, but always the same chance.

Plain values: no ``odoo``, no clock; the caller brings the random generator.
"""

# What each trade buys: product code -> how likely, how many a size unit.
TASTES = {
    "roaster": {
        "EM-200": (0.16, 0.2),
        "EM-300": (0.10, 0.1),
        "GR-20": (0.35, 0.6),
        "GR-90": (0.12, 0.2),
        "CO-02": (0.45, 1.2),
        "SP-01": (0.45, 4),
        "SP-02": (0.35, 2),
        "SP-04": (0.40, 3),
        "SV-02": (0.12, 0.2),
    },
    "cafe": {
        "EM-100": (0.14, 0.2),
        "EM-200": (0.18, 0.2),
        "GR-10": (0.25, 0.6),
        "GR-20": (0.25, 0.4),
        "KT-01": (0.30, 2),
        "BR-01": (0.30, 2),
        "BR-02": (0.12, 0.4),
        "CO-01": (0.75, 8),
        "TE-04": (0.20, 2),
        "SP-01": (0.30, 2),
        "SP-04": (0.35, 2),
    },
    "tea": {
        "KT-02": (0.35, 2),
        "TP-01": (0.40, 2.5),
        "TP-02": (0.45, 4),
        "TP-03": (0.30, 1.5),
        "TE-01": (0.55, 5),
        "TE-02": (0.50, 5),
        "TE-03": (0.45, 4),
        "TE-04": (0.40, 4),
        "TE-05": (0.40, 3),
    },
    "hotel": {
        "EM-200": (0.18, 0.25),
        "EM-300": (0.12, 0.1),
        "GR-20": (0.20, 0.4),
        "KT-02": (0.45, 3),
        "CO-01": (0.60, 8),
        "TE-01": (0.35, 3),
        "TE-04": (0.45, 4),
        "TE-05": (0.40, 4),
        "TP-02": (0.25, 3),
        "SP-04": (0.30, 2),
        "SV-02": (0.15, 0.25),
    },
    "retail": {
        "KT-01": (0.50, 4),
        "KT-02": (0.30, 2),
        "BR-01": (0.55, 5),
        "GR-10": (0.40, 1),
        "TP-01": (0.40, 3),
        "TP-02": (0.40, 4),
        "TE-01": (0.35, 4),
        "TE-02": (0.35, 4),
        "TE-03": (0.35, 4),
        "CO-01": (0.30, 6),
    },
}
# What a customer of that trade starts with.
FIRST = {
    "roaster": "GR-20",
    "cafe": "EM-100",
    "tea": "TP-02",
    "hotel": "KT-02",
    "retail": "BR-01",
}


def basket(random, trade, size, first=False):
    """Return the lines of an order.

    :param random: a ``random.Random``
    :param str trade: a key of ``TASTES``
    :param int size: 1 (a corner shop) to 5 (a group)
    :param bool first: whether it is the customer's first order
    :return: list of (product code, quantity, None: the list price)
    """
    picked = [
        (code, share)
        for code, (chance, share) in TASTES[trade].items()
        if random.random() < chance
    ]
    if first or not picked:
        picked.append((FIRST[trade], TASTES[trade].get(FIRST[trade], (0, 0.2))[1]))
    lines = {}
    for code, share in picked[:5]:
        quantity = round(share * size * random.uniform(0.6, 1.5))
        lines[code] = max(quantity, 1)
    return [(code, quantity, None) for code, quantity in lines.items()]


def spread(random, oldest, newest, count):
    """Return that many days from ``oldest`` to ``newest``, evenly but for some jitter.

    >>> from random import Random
    >>> days = spread(Random(1), 500, 20, 4)
    >>> days[0] <= 500 and days[-1] >= 20 and days == sorted(days, reverse=True)
    True
    """
    if count == 1:
        return [random.randint(newest, oldest)]
    step = (oldest - newest) / (count - 1)
    days = {
        round(oldest - number * step - random.uniform(0, step * 0.4))
        for number in range(count)
    }
    return sorted((max(day, newest) for day in days), reverse=True)


def order_days(random, kind, count):
    """Return the days (before today) on which a customer of that kind orders.

    :param str kind: ``prospect`` never; ``new`` within the last 85 days; ``retained``
        all along until lately; ``churned`` until more than 180 days ago; ``wonback``
        as churned, and again in the last two months
    """
    if kind == "prospect" or not count:
        return []
    if kind == "new":
        return spread(random, random.randint(50, 82), random.randint(6, 30), count)
    if kind == "retained":
        last = random.randint(4, 40) if count > 8 else random.randint(8, 110)
        return spread(random, random.randint(440, 530), last, count)
    if kind == "churned":
        return spread(random, random.randint(400, 530), random.randint(200, 260), count)
    old = spread(random, random.randint(470, 530), random.randint(270, 330), count - 1)
    return [*old, random.randint(12, 60)]
