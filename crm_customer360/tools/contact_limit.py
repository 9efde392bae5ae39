"""What limits mean for one contact: which concern it, which is the strictest.

Plain values: no ``odoo`` import, no database, no clock.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from .contact_cap import Period, counted, first_free_moment


class ContactRequest(NamedTuple):
    """One person somebody wants to contact."""

    channel: str
    purpose: str
    company_id: int
    partner_id: int | None = None
    customer_id: int | None = None
    partner_name: str | None = None
    address: str | None = None
    subject: str | None = None
    source_model: str | None = None
    source_id: int | None = None
    message_id: int | None = None
    user_id: int | None = None

    @property
    def subject_key(self) -> str:
        """Who is counted, and locked: the customer, else the bare address."""
        if self.customer_id:
            return f"customer:{self.customer_id}"
        return f"address:{self.channel}:{self.address}"


class PastContact(NamedTuple):
    partner_id: int | None
    channel: str
    purpose: str
    date: datetime


class ContactLimit(NamedTuple):
    """A policy, made ready to be asked a thousand times."""

    policy_id: int
    name: str
    channel: str | None
    codes: frozenset
    scope: str
    limit: int
    period: Period
    company_id: int | None
    partner_domain: str | None
    partner_ids: frozenset = frozenset()

    def concerns(self, request: ContactRequest) -> bool:
        """Tell whether the policy is for this contact."""
        if self.company_id not in (None, request.company_id):
            return False
        if self.channel not in (None, request.channel):
            return False
        if self.codes and request.purpose not in self.codes:
            return False
        # an address without a contact matches no filter
        return not self.partner_domain or request.partner_id in self.partner_ids

    def counts(
        self, contact: PastContact, request: ContactRequest, counted_codes: frozenset
    ) -> bool:
        """Tell whether a past contact uses up a slot of the policy."""
        if self.channel not in (None, contact.channel):
            return False
        if self.scope == "contact" and contact.partner_id != request.partner_id:
            return False
        if self.codes:
            return contact.purpose in self.codes
        return contact.purpose in counted_codes


class Refusal(NamedTuple):
    """The limit that does not let a contact through now.

    ``until`` is the first moment with room again, ``None`` means never; ``used`` is
    how many contacts count against the limit.
    """

    limit: ContactLimit
    until: datetime | None
    used: int


def find_refusal(
    request: ContactRequest,
    limits: Iterable[ContactLimit],
    past: Iterable[PastContact],
    counted_codes: frozenset,
    at: datetime,
) -> Refusal | None:
    """Return the strictest refusal of a contact; ``None``: every limit lets it through.

    Never is stricter than any date, a later date stricter than an earlier one.

    :param past: earlier contacts of the same customer or address
    :param counted_codes: purposes that use up limits naming no purpose
    :param at: the moment of the contact

    >>> ann = ContactRequest("email", "care", company_id=1, partner_id=7, customer_id=7)
    >>> weekly = ContactLimit(1, "1 a week", "email", frozenset({"care"}), "contact",
    ...     limit=1, period=Period(1, "week"), company_id=None, partner_domain=None)
    >>> monthly = weekly._replace(policy_id=2, period=Period(1, "month"))
    >>> past = [PastContact(7, "email", "care", datetime(2026, 3, 1))]
    >>> at = datetime(2026, 3, 5)
    >>> find_refusal(ann, [weekly, monthly], past, frozenset(), at).until
    datetime.datetime(2026, 4, 1, 0, 0)
    >>> find_refusal(ann, [weekly], [], frozenset(), at) is None
    True
    >>> find_refusal(ann, [weekly._replace(limit=0)], [], frozenset(), at).until is None
    True
    >>> find_refusal(ann._replace(purpose="sales"), [weekly], past, frozenset(), at)
    """
    strictest = None
    for limit in limits:
        if not limit.concerns(request):
            continue
        moments = [
            contact.date
            for contact in past
            if limit.counts(contact, request, counted_codes)
        ]
        until = first_free_moment(moments, limit.limit, limit.period, at)
        used = len(counted(moments, limit.period, at))
        if until is None:
            return Refusal(limit, None, used)
        if until > at and (not strictest or until > strictest.until):
            strictest = Refusal(limit, until, used)
    return strictest
