"""What was said: contacts in the ledger, messages, tickets."""

from .skew import quote


def _person(fill, name, power=3) -> str:
    """SQL for the id of a customer; those who buy much are spoken to often.

    The first rows go to the probes, so that each has some.
    """
    probes = len(fill.sizes.probes)
    drawn = fill.draw.skewed("k", name, fill.sizes.customers, power)
    return (
        f"{fill.ids['res_partner']} + CASE WHEN k < {2 * probes}"
        f" THEN k % {max(probes, 1)} ELSE {drawn} END"
    )


def _in_order(fill, count, name) -> str:
    """SQL for a moment that grows with the row, as it does in a real ledger."""
    first, days = fill.sizes.first_day, fill.sizes.last_day - fill.sizes.first_day
    return (
        f"date_trunc('second', {quote(first.isoformat())}::timestamp"
        f" + interval '1 day' * {days.days}"
        f" * ((k + {fill.draw.unit('k', name)}) / {count}))"
    )


def touches(fill, start, stop):
    """Contacts with customers, oldest first."""
    draw = fill.draw
    at = _in_order(fill, fill.sizes.touches, "touch moment")
    source = f"""(
        SELECT k, {_person(fill, "touched")} AS who,
               {at} AS at,
               {draw.chance("k", "incoming", 0.2)} AS incoming
          FROM generate_series({start}, {stop - 1}) AS k) AS n"""
    fill.copy(
        "c360_contact_touch",
        "touch",
        source + " JOIN res_partner AS r ON r.id = n.who",
        id=f"{fill.ids['c360_contact_touch']} + n.k",
        partner_id="r.id",
        customer_id="r.commercial_partner_id",
        partner_name="r.name",
        address="r.email",
        subject="'Contact ' || n.k",
        channel=draw.one_of(
            "n.k", "channel", ["email", "email", "email", "phone", "sms", "visit"]
        ),
        purpose="CASE WHEN incoming THEN 'service' ELSE "
        + draw.one_of(
            "n.k",
            "purpose",
            ["transactional", "transactional", "sales", "care", "marketing"],
        )
        + " END",
        direction="CASE WHEN incoming THEN 'in' ELSE 'out' END",
        state="CASE WHEN incoming THEN 'answered' WHEN "
        + draw.chance("n.k", "blocked", 0.04)
        + " THEN 'blocked' ELSE 'sent' END",
        date="n.at",
        create_date="n.at",
        write_date="n.at",
    )


def messages(fill, start, stop):
    """Notes on the customers' chatter."""
    who, at = (
        _person(fill, "noted"),
        _in_order(fill, fill.sizes.messages, "note moment"),
    )
    fill.copy(
        "mail_message",
        "message",
        f"(SELECT k, {who} AS who, {at} AS at"
        f" FROM generate_series({start}, {stop - 1}) AS k) AS n",
        id=f"{fill.ids['mail_message']} + n.k",
        res_id="n.who",
        body="'<p>Spoke about the order of last week, note ' || n.k || '</p>'",
        message_id="'<bench-' || n.k || '@company.example>'",
        date="n.at",
        create_date="n.at",
        write_date="n.at",
    )


def tickets(fill, start, stop):
    """Support tickets, four in five of them closed."""
    who = _person(fill, "complains", 2)
    at = _in_order(fill, fill.sizes.tickets, "ticket moment")
    # the first of each probe stays open
    closed = f"k >= {len(fill.sizes.probes)} AND " + fill.draw.chance(
        "k", "ticket closed", 0.8
    )
    fill.copy(
        "helpdesk_ticket",
        "ticket",
        f"(SELECT k, {who} AS who, {at} AS at, {closed} AS is_closed"
        f" FROM generate_series({start}, {stop - 1}) AS k) AS n"
        " JOIN res_partner AS r ON r.id = n.who",
        id=f"{fill.ids['helpdesk_ticket']} + n.k",
        number="'TB' || lpad(n.k::text, 7, '0')",
        name="'Question about a delivery ' || n.k",
        partner_id="r.id",
        commercial_partner_id="r.commercial_partner_id",
        partner_name="r.name",
        partner_email="r.email",
        user_id=fill.draw.one_of("n.k", "agent", fill.pattern["salespeople"]),
        stage_id=f"CASE WHEN is_closed THEN {fill.pattern['closed_ticket_stage']}"
        " ELSE p.stage_id END",
        closed_date="CASE WHEN is_closed THEN at + interval '3 days' END",
        last_stage_update="at",
        access_token="NULL",
        create_date="n.at",
        write_date="n.at",
    )
