"""Partners and leads."""

from . import words
from .skew import array, quote


def person_name(draw, key, han) -> str:
    """SQL for a name, Chinese where ``han`` holds."""
    chinese = (
        draw.one_of(key, "han family", words.HAN_FAMILY)
        + " || "
        + draw.one_of(key, "han given", words.HAN_GIVEN)
    )
    latin = (
        draw.one_of(key, "given", words.GIVEN)
        + " || ' ' || "
        + draw.one_of(key, "family", words.FAMILY)
    )
    return f"CASE WHEN {han} THEN {chinese} ELSE {latin} END"


def company_name(draw, key, han) -> str:
    chinese = " || ".join(
        [
            draw.one_of(key, "han city", words.HAN_CITY),
            draw.one_of(key, "han brand 1", words.HAN_BRAND),
            draw.one_of(key, "han brand 2", words.HAN_BRAND),
            draw.one_of(key, "han trade", words.HAN_TRADE),
            "'有限公司'",
        ]
    )
    latin = " || ' ' || ".join(
        [
            draw.one_of(key, "first", words.FIRST),
            draw.one_of(key, "second", words.SECOND),
            draw.one_of(key, "form", words.FORMS),
        ]
    )
    return f"CASE WHEN {han} THEN {chinese} ELSE {latin} END"


class Address:
    """Country, town and phone that belong together."""

    def __init__(self, fill, key, who):
        draw = fill.draw
        countries = fill.pattern["countries"]
        self.han = draw.chance(key, f"{who} han", 0.35)
        place = draw.whole(key, "city", len(words.CITIES))
        self.country = self._either(countries["cn"], place, countries)
        self.city = (
            f"CASE WHEN {self.han} THEN "
            + draw.one_of(key, "han city", words.HAN_CITY)
            + f" ELSE ({array(city for city, _code in words.CITIES)})[1 + {place}] END"
        )
        self.street = (
            draw.one_of(key, "street", words.STREETS)
            + " || ' ' || (1 + "
            + draw.whole(key, "house", 180)
            + ")"
        )
        self.zip = f"(1000 + {draw.whole(key, 'zip', 8999)})::text"
        # seven digits behind a prefix of mobile phones
        prefixes = {"cn": "'+861381'", "be": "'+3247'", "de": "'+491511'"}
        self.phone = (
            f"({self._either(prefixes['cn'], place, prefixes)})"
            f" || lpad(({key})::text, 7, '0')"
        )

    def _either(self, value, place, by_code) -> str:
        """SQL: the value of China, or that of the town's country."""
        values = ", ".join(str(by_code[code]) for _city, code in words.CITIES)
        return (
            f"CASE WHEN {self.han} THEN {value} ELSE (ARRAY[{values}])[1 + {place}] END"
        )

    def columns(self) -> dict:
        return {
            "country_id": self.country,
            "city": self.city,
            "street": self.street,
            "zip": self.zip,
            "phone": self.phone,
            "phone_sanitized": self.phone,
        }


def moment(fill, key, name) -> str:
    """SQL for a moment between the first and the last day."""
    first = quote(fill.sizes.first_day.isoformat())
    days = (fill.sizes.last_day - fill.sizes.first_day).days
    return (
        f"({first}::timestamp + {days} * {fill.draw.unit(key, name)}"
        " * interval '1 day')"
    )


def customers(fill, start, stop):
    """Companies and private persons, numbers 0 .. customers - 1."""
    draw, ids, sizes = fill.draw, fill.ids, fill.sizes
    address = Address(fill, "k", "customer")
    new_id = f"{ids['res_partner']} + k"
    source = f"""(
        SELECT k, k < {sizes.companies} AS is_company,
               CASE WHEN k < {sizes.companies}
                    THEN {company_name(draw, "k", address.han)}
                    ELSE {person_name(draw, "k", address.han)} END AS label,
               CASE WHEN k < {sizes.companies} THEN 'office@c' || k || '.example'
                    ELSE 'p' || k || '@post.example' END AS mail
          FROM generate_series({start}, {stop - 1}) AS k) AS n"""
    made = moment(fill, "k", "partner made")
    fill.copy(
        "res_partner",
        "partner_company",
        source,
        id=new_id,
        name="label",
        complete_name="label",
        commercial_partner_id=new_id,
        commercial_company_name="CASE WHEN n.is_company THEN label END",
        is_company="n.is_company",
        email="mail",
        email_normalized="mail",
        customer_rank="1",
        user_id=(
            f"CASE WHEN k < {len(sizes.probes)}"
            f" OR {draw.chance('k', 'has user', 0.7)} THEN "
            + draw.one_of("k", "user", fill.pattern["salespeople"])
            + " END"
        ),
        create_date=made,
        write_date=made,
        **address.columns(),
    )


def contacts(fill, start, stop):
    """People of the companies; large companies have more of them."""
    draw, ids, sizes = fill.draw, fill.ids, fill.sizes
    key = f"(n.k + {sizes.customers})"
    parent = draw.skewed(key, "parent", sizes.companies, 2)
    source = (
        fill.numbers(start, stop)
        + f" JOIN res_partner AS parent ON parent.id = {ids['res_partner']} + {parent}"
    )
    address = Address(fill, key, "contact")
    name = person_name(draw, key, address.han)
    mail = f"'m' || {key} || '@c' || (parent.id - {ids['res_partner']}) || '.example'"
    made = moment(fill, key, "partner made")
    fill.copy(
        "res_partner",
        "partner_contact",
        source,
        id=f"{ids['res_partner']} + {key}",
        name=name,
        complete_name=f"parent.name || ', ' || {name}",
        parent_id="parent.id",
        commercial_partner_id="parent.id",
        commercial_company_name="parent.name",
        email=mail,
        email_normalized=mail,
        user_id="parent.user_id",
        create_date=made,
        write_date=made,
        **address.columns(),
    )


def leads(fill, start, stop):
    """Leads and opportunities; four in ten have no owner, one in twenty is a double."""
    draw, ids, sizes, pattern = fill.draw, fill.ids, fill.sizes, fill.pattern
    key = f"(n.k + {sizes.partners})"
    # every twentieth lead repeats the e-mail of the one before
    person = f"CASE WHEN n.k % 20 = 19 THEN {key} - 1 ELSE {key} END"
    address = Address(fill, person, "lead")
    name = person_name(draw, person, address.han)
    made = moment(fill, key, "lead made")
    probes = max(len(sizes.probes), 1)
    # the probes have one open opportunity each, at least
    sample = f"(n.k < {len(sizes.probes)})"
    source = f"""(
        SELECT n.k, {made} AS made, 
               {sample} OR {draw.chance(key, "opportunity", 0.6)} AS is_opp,
               CASE WHEN {sample} THEN 0.5 ELSE {draw.unit(key, "outcome")} END
                   AS outcome,
               {sample} OR {draw.chance(key, "owned", 0.6)} AS owned,
               CASE WHEN {sample} THEN {ids["res_partner"]} + n.k % {probes}
                    WHEN {draw.chance(key, "known", 0.35)} THEN
                   {ids["res_partner"]} + {draw.skewed(key, "lead of", sizes.customers)}
               END AS partner
          FROM {fill.numbers(start, stop)}) AS n
        LEFT JOIN res_partner AS c ON c.id = n.partner"""
    won, lost = "(is_opp AND owned AND outcome < 0.25)", "(is_opp AND outcome > 0.8)"
    # whoever waits for an owner waits in the pool the pattern went to
    pooled = f"(NOT owned AND NOT {lost})"
    stages = ", ".join(map(str, pattern["stages"]))
    worth = f"(100 * (1 + {draw.skewed(key, 'worth', 400)}))"
    mail = f"COALESCE(c.email, 'lead' || ({person}) || '@mail.example')"
    phone = f"COALESCE(c.phone, {address.phone})"
    chance = f"CASE WHEN {won} THEN 100 WHEN {lost} THEN 0 ELSE 20 END"
    closed = f"CASE WHEN {won} OR {lost} THEN made + interval '20 days' END"
    fill.copy(
        "crm_lead",
        "lead",
        source,
        **{
            **address.columns(),
            "id": f"{ids['crm_lead']} + n.k",
            "name": draw.one_of(key, "wish", words.WISHES) + " || ' ' || n.k",
            "type": "CASE WHEN is_opp THEN 'opportunity' ELSE 'lead' END",
            "partner_id": "c.id",
            "contact_name": name,
            "partner_name": "c.commercial_company_name",
            "email_from": mail,
            "email_normalized": mail,
            "phone": phone,
            "phone_sanitized": phone,
            "user_id": "CASE WHEN owned THEN "
            + draw.one_of(key, "owner", pattern["salespeople"])
            + " END",
            "team_id": f"CASE WHEN owned THEN {pattern['team']} END",
            "company_id": f"{pattern['company']}",
            "pool_id": f"CASE WHEN {pooled} THEN p.pool_id END",
            "pool_state": f"CASE WHEN {pooled} THEN p.pool_state END",
            "stage_id": f"CASE WHEN {won} THEN {pattern['won_stage']} WHEN is_opp THEN "
            + draw.one_of(key, "stage", pattern["stages"])
            + f" ELSE (ARRAY[{stages}])[1] END",
            "won_status": f"CASE WHEN {won} THEN 'won' WHEN {lost} THEN 'lost' "
            "ELSE 'pending' END",
            "active": f"NOT {lost}",
            "probability": chance,
            "automated_probability": chance,
            "expected_revenue": worth,
            "prorated_revenue": f"{worth} * ({chance}) / 100.0",
            "priority": draw.one_of(key, "stars", ["0", "0", "0", "1", "2"]),
            "date_open": "CASE WHEN owned THEN made + interval '1 hour' END",
            "date_closed": closed,
            "date_conversion": "CASE WHEN is_opp THEN made END",
            "date_last_stage_update": f"COALESCE({closed}, made)",
            "create_date": "made",
            "write_date": "made",
        },
    )
    if pattern["pool_move"]:
        _enter_pool(fill, start, stop)


def _enter_pool(fill, start, stop):
    """The ledger rows of the leads of a chunk that wait in a pool."""
    first = fill.ids["crm_lead"]
    fill.copy(
        "c360_pool_move",
        "pool_move",
        f"(SELECT * FROM crm_lead WHERE id BETWEEN {first + start}"
        f" AND {first + stop - 1} AND pool_id IS NOT NULL ORDER BY id) AS lead",
        lead_id="lead.id",
        lead_name="lead.name",
        partner_id="lead.partner_id",
        pool_id="lead.pool_id",
        company_id="lead.company_id",
        date="lead.create_date",
        create_date="lead.create_date",
        write_date="lead.create_date",
    )
