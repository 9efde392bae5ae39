"""What a person said about being contacted: which of his words decides.

Plain values: no ``odoo`` import, no database, no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .contact_limit import ContactLimit, ContactRequest


class ConsentRow(NamedTuple):
    """One current row of the consent ledger, as seen by somebody who is asked for.

    ``who``: ``own`` he said it himself, or it was said of the address alone;
    ``shared`` somebody else said it who has the same address; ``company`` the company
    he belongs to said it.
    """

    status: str
    date: datetime
    row_id: int
    who: str = "own"
    channel: str | None = None
    purpose: str | None = None
    topic_id: int | None = None

    @property
    def is_general(self) -> bool:
        """Tell whether it speaks of every purpose and topic."""
        return not self.purpose and not self.topic_id

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """The more specific weighs more: a topic, then a purpose, then a channel."""
        return (bool(self.topic_id), bool(self.purpose), bool(self.channel))

    @property
    def moment(self) -> tuple[datetime, int]:
        return (self.date, self.row_id)

    def concerns(
        self, channel: str | None, purpose: str | None, topic_id: int | None
    ) -> bool:
        """Tell whether it says something about such a contact."""
        return (
            self.channel in (None, channel)
            and self.purpose in (None, purpose)
            and self.topic_id in (None, topic_id)
        )


def find_consent(
    rows: Iterable[ConsentRow],
    channel: str | None = None,
    purpose: str | None = None,
    topic_id: int | None = None,
) -> ConsentRow | None:
    """Return the row that decides about a contact: given or refused; ``None``: nothing.

    The most specific decides, among equals the newest; ``unknown`` takes back what was
    said there. What was given before somebody refused everything is withdrawn. Somebody
    else's consent never overrides one's own word, his refusal of a shared address does.
    A company is listened to where the person said nothing, and only if it refused
    everything.

    >>> def row(number, status, **scope):
    ...     return ConsentRow(status, datetime(2026, 3, number), number, **scope)
    >>> rows = [
    ...     row(1, "refused", purpose="marketing"),
    ...     row(2, "given", purpose="marketing", channel="email"),
    ... ]
    >>> find_consent(rows, "email", "marketing").status
    'given'
    >>> find_consent(rows, "sms", "marketing").status
    'refused'
    >>> find_consent(rows, "email", "care") is None
    True

    Refusing everything ends what was given before, not what is given later:

    >>> rows += [row(3, "refused")]
    >>> find_consent(rows, "email", "marketing").row_id
    1
    >>> find_consent(rows, "email", "care").row_id
    3
    >>> rows += [row(4, "given", topic_id=9)]
    >>> find_consent(rows, "email", "marketing", 9).status
    'given'

    Taking back leaves what is less specific:

    >>> rows = [row(1, "refused", channel="sms"), row(2, "unknown", channel="sms")]
    >>> find_consent(rows, "sms", "care") is None
    True

    A shared address:

    >>> shared = [row(1, "refused"), row(2, "given", who="shared")]
    >>> find_consent(shared, "email", "care").status
    'refused'
    >>> shared = [row(1, "given"), row(2, "refused", who="shared")]
    >>> find_consent(shared, "email", "care").status
    'refused'

    The company:

    >>> company = [row(1, "refused", who="company")]
    >>> find_consent(company, "email", "care").who
    'company'
    >>> find_consent(company + [row(2, "given", channel="email")], "email", "care").who
    'own'
    """
    found = [row for row in rows if row.concerns(channel, purpose, topic_id)]
    if len(found) == 1 and found[0].who != "company":
        # the common case, ten times faster
        return found[0] if found[0].status != "unknown" else None
    spoken = [row for row in found if row.who != "company"]
    deciding = _find_spoken(spoken)
    if deciding:
        return deciding
    return max(
        (
            row
            for row in found
            if row.who == "company" and row.is_general and row.status == "refused"
        ),
        key=lambda row: row.moment,
        default=None,
    )


def _find_spoken(rows: list[ConsentRow]) -> ConsentRow | None:
    refusals = [row for row in _newest(rows) if row.is_general]
    ends = [row.moment for row in refusals if row.status == "refused"]
    end = max(ends, default=None)
    for row in sorted(_newest(rows), key=lambda row: row.weight, reverse=True):
        if row.status == "unknown":
            continue
        if row.status == "given" and end and row.moment < end:
            continue
        return row
    return None


def _newest(rows: list[ConsentRow]) -> list[ConsentRow]:
    """Return the row that counts of each scope."""
    own_scopes = {row.weight for row in rows if row.who == "own"}
    newest = {}
    for row in sorted(rows, key=lambda row: row.moment):
        if row.who == "shared" and row.status != "refused" and row.weight in own_scopes:
            continue
        newest[row.weight] = row
    return list(newest.values())


@dataclass(frozen=True)
class WishedLimit(ContactLimit):
    """How often some people want to hear from us at most."""

    addresses: frozenset = frozenset()

    def concerns(self, request: ContactRequest) -> bool:
        """Tell whether he who is asked for wished for it.

        >>> wish = WishedLimit(None, "wish", partner_ids=frozenset({7}),
        ...     addresses=frozenset({"ann@x.example"}))
        >>> wish.concerns(ContactRequest("email", "care", 1, partner_id=7))
        True
        >>> wish.concerns(ContactRequest("email", "care", 1, address="ann@x.example"))
        True
        >>> wish.concerns(ContactRequest("email", "care", 1, partner_id=8))
        False
        """
        if self.company_id not in (None, request.company_id):
            return False
        return (
            request.partner_id in self.partner_ids or request.address in self.addresses
        )
