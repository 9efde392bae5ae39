"""Who was contacted, and who takes which places: the memory of one batch of decisions.

Plain values: no ``odoo`` import, no database, no clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from .contact_cap import Period
from .contact_limit import Cap, ContactLimit, ContactRequest, PastContact


class ContactBook:
    """Contacts by customer and by address, and the limits they use up.

    :param limits: the limits that may concern the batch
    :param rules: what follows from each purpose, by its code: ``is_capped``,
        ``is_counted`` and ``priority``

    >>> from types import SimpleNamespace
    >>> from .contact_cap import Period
    >>> rules = {
    ...     "care": SimpleNamespace(is_capped=True, is_counted=True, priority=2),
    ...     "marketing": SimpleNamespace(is_capped=True, is_counted=True, priority=1),
    ... }
    >>> weekly = ContactLimit(1, "1 a week", limit=1, period=Period(1, "week"))
    >>> book = ContactBook([weekly], rules)
    >>> at = datetime(2026, 3, 5)
    >>> ann = ContactRequest("email", "care", 1, partner_id=7, customer_id=7)
    >>> book.put("customer", 1, PastContact(
    ...     7, "email", "marketing", at, customer_id=7, touch_id=9, can_yield=True))
    >>> contacts = book.get_contacts(ann)
    >>> [cap.next_moment(at) for cap in book.get_caps(ann, contacts)]
    [datetime.datetime(2026, 3, 12, 0, 0)]
    >>> [contact.touch_id for contact in book.get_lesser(ann, contacts)]
    [9]
    >>> book.add(ann, at, yields=(9,))
    >>> [contact.purpose for contact in book.get_contacts(ann)]
    ['care']
    """

    def __init__(self, limits: Iterable[ContactLimit], rules: Mapping) -> None:
        self._limits = limits
        self._rules = rules
        self._counted_codes = frozenset(
            code for code, rule in rules.items() if rule.is_counted
        )
        self._by_customer = defaultdict(list)
        self._by_address = defaultdict(list)
        # ledger rows that gave their places away
        self._gone = set()
        # campaigns, and who they have reached
        self._reached = set()

    def put(self, found_by: str, company_id: int, contact: PastContact) -> None:
        """Note a contact of the past under its ``customer`` or its ``address``."""
        if found_by == "customer":
            self._by_customer[contact.customer_id, company_id].append(contact)
        else:
            self._by_address[contact.address, company_id].append(contact)

    def add(self, request: ContactRequest, at: datetime, yields: tuple = ()) -> None:
        """Book a request that was let through, and free the places it was given."""
        self._gone.update(yields)
        contact = PastContact(
            request.partner_id,
            request.channel,
            request.purpose,
            at,
            request.address,
            request.customer_id,
        )
        if request.customer_id:
            self._by_customer[request.customer_id, request.company_id].append(contact)
        if request.address:
            self._by_address[request.address, request.company_id].append(contact)

    def add_reached(self, request: ContactRequest) -> None:
        """Note that a campaign reaches who is asked for, now or later."""
        self._reached.update(request.campaign_places)

    def is_reached(self, request: ContactRequest) -> bool:
        """Tell whether the campaign reached him by an earlier request of the batch."""
        return not self._reached.isdisjoint(request.campaign_places)

    def forget(self, request: ContactRequest, period: Period, at: datetime) -> None:
        """Drop what a request could meet, but which counts no more at a moment.

        Keeps the pages short where one contact after the other is tried out.
        """
        for pages, key in (
            (self._by_customer, request.customer_id),
            (self._by_address, request.address),
        ):
            contacts = pages.get((key, request.company_id))
            if contacts:
                contacts[:] = [c for c in contacts if period.after(c.date) > at]

    def get_contacts(self, request: ContactRequest) -> list[PastContact]:
        """Return the contacts that may take a place of the request, each once."""
        if not self._limits:
            return []
        contacts = list(
            self._by_customer.get((request.customer_id, request.company_id), ())
        )
        known = {contact.touch_id for contact in contacts} - {None}
        contacts += [
            contact
            for contact in self._by_address.get(
                (request.address, request.company_id), ()
            )
            # locks are by channel too: the number he is called at is no SMS
            if contact.channel == request.channel
            and contact.touch_id not in known
            and (
                contact.customer_id is None
                or contact.customer_id != request.customer_id
            )
        ]
        priority = self._rules[request.purpose].priority
        return [
            contact
            for contact in contacts
            if (
                not contact.is_waiting
                or self._rules[contact.purpose].priority > priority
            )
            and (
                contact.touch_id is None
                or (
                    contact.touch_id != request.touch_id
                    and contact.touch_id not in self._gone
                )
            )
        ]

    def get_caps(
        self, request: ContactRequest, contacts: list[PastContact]
    ) -> Iterator[Cap]:
        """Return the limits that concern a request, with what uses them up."""
        if not self._rules[request.purpose].is_capped:
            return
        for limit in self._limits:
            if limit.concerns(request):
                yield Cap(
                    limit,
                    tuple(
                        contact.date
                        for contact in contacts
                        if limit.counts(contact, request, self._counted_codes)
                    ),
                )

    def get_lesser(
        self, request: ContactRequest, contacts: list[PastContact]
    ) -> list[PastContact]:
        """Return bookings that could make room, the least important first."""
        priority = self._rules[request.purpose].priority
        return sorted(
            (
                contact
                for contact in contacts
                if contact.can_yield
                and self._rules[contact.purpose].priority < priority
            ),
            key=lambda contact: (
                self._rules[contact.purpose].priority,
                -contact.date.timestamp(),
            ),
        )
