"""How much to fill: sizes from the command line. No database here."""

import argparse
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta

# Shares of the partners; the rest are contacts of the companies.
COMPANY_SHARE = 0.4
PERSON_SHARE = 0.2
YEARS = 3


@dataclass(frozen=True)
class Sizes:
    """Rows to make. Scale 1 is a database of some four gigabytes."""

    partners: int = 200_000
    leads: int = 300_000
    orders: int = 500_000
    lines_per_order: int = 3
    touches: int = 1_000_000
    messages: int = 400_000
    tickets: int = 20_000
    salespeople: int = 12
    # customers with exactly so many confirmed orders, on top of ``orders``
    probes: tuple[int, ...] = (10, 1_000, 20_000)
    seed: int = 360
    until: str = ""

    # Sizes that grow with --scale; the others describe the shape.
    SCALED = ("partners", "leads", "orders", "touches", "messages", "tickets")

    def scaled(self, scale: float) -> "Sizes":
        """Return the same shape, ``scale`` times as large.

        >>> Sizes().scaled(0.01).partners
        2000
        >>> Sizes(tickets=0).scaled(0.00001).tickets
        0
        """
        if scale <= 0:
            raise ValueError(f"The scale must be above 0, got {scale}")
        return replace(
            self,
            **{
                name: max(1, round(getattr(self, name) * scale))
                if getattr(self, name)
                else 0
                for name in self.SCALED
            },
        )

    @property
    def companies(self) -> int:
        return int(self.partners * COMPANY_SHARE)

    @property
    def customers(self) -> int:
        """Companies and private persons: those who buy, numbered from 0."""
        return self.companies + int(self.partners * PERSON_SHARE)

    @property
    def all_orders(self) -> int:
        return self.orders + sum(self.probes)

    @property
    def last_day(self) -> date:
        return date.fromisoformat(self.until)

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=365 * YEARS)

    def as_dict(self) -> dict:
        """Plain values, to keep in the database and compare with.

        >>> Sizes.from_dict(Sizes().as_dict()) == Sizes()
        True
        """
        return {**asdict(self), "probes": list(self.probes)}

    @classmethod
    def from_dict(cls, values: dict) -> "Sizes":
        names = {field.name for field in fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        return cls(**{**known, "probes": tuple(known["probes"])})

    def check(self) -> "Sizes":
        """Return self, or raise a ValueError that says what cannot be filled."""
        if self.customers <= len(self.probes) or self.companies < 1:
            raise ValueError(
                f"{self.partners} partners are too few: at least 10, and more "
                "customers than probes"
            )
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{field.name} must not be negative, got {value}")
        if self.lines_per_order < 1 or self.salespeople < 1:
            raise ValueError("lines per order and salespeople start at 1")
        date.fromisoformat(self.until)
        return self


def number_list(text: str) -> tuple[int, ...]:
    """
    >>> number_list("10,1000")
    (10, 1000)
    >>> number_list("")
    ()
    """
    return tuple(int(part) for part in text.split(",") if part.strip())


def add_size_arguments(parser: argparse.ArgumentParser) -> None:
    """One option per size, and --scale for all of them."""
    parser.add_argument(
        "--scale", type=float, default=None, help="multiplies every size not given"
    )
    for field in fields(Sizes):
        option = "--" + field.name.replace("_", "-")
        if field.name == "probes":
            parser.add_argument(
                option,
                type=number_list,
                help="order counts of customers to look at: %s" % (field.default,),
            )
        elif field.name == "until":
            parser.add_argument(option, help="last day of the data (default: today)")
        else:
            parser.add_argument(option, type=int, help=f"at scale 1: {field.default}")


def sizes_from_arguments(arguments, today: date, base: Sizes | None = None) -> Sizes:
    """Return the sizes asked for: the base, scaled, with the options given on top."""
    sizes = base or Sizes()
    if arguments.scale is not None:
        sizes = sizes.scaled(arguments.scale)
    given = {
        field.name: getattr(arguments, field.name)
        for field in fields(Sizes)
        if getattr(arguments, field.name) is not None
    }
    sizes = replace(sizes, **given)
    return replace(sizes, until=sizes.until or today.isoformat()).check()
