"""The customers: companies with the people one talks to there."""

from dataclasses import dataclass, field

import pytz

from .chapter import OPENING, Chapter, table

# The clocks of countries with several of them.
STATE_ZONES = {
    "BC": "America/Vancouver",
    "CA": "America/Los_Angeles",
    "IL": "America/Chicago",
    "NSW": "Australia/Sydney",
    "NY": "America/New_York",
    "TX": "America/Chicago",
    "VIC": "Australia/Melbourne",
    "WA": "America/Los_Angeles",
}


def get_zone(row):
    """Return the time zone of a customer's row."""
    return STATE_ZONES.get(row["state"]) or pytz.country_timezones[row["country"]][0]


@dataclass
class Customer:
    """A row of the table, and what the house knows about it by now."""

    key: str
    row: dict
    payer: str
    owner: str
    partner: object = None
    # login part of the address -> contact
    contacts: dict = field(default_factory=dict)

    @property
    def size(self):
        return int(self.row["size"])


class Customers(Chapter):
    """Everybody the house has ever written to, in the address book."""

    def open(self):
        for row in table("customers"):
            customer = Customer(
                key=row["key"],
                row=row,
                payer=row["payer"],
                owner=row["owner"],
            )
            self.book.customers[row["key"]] = customer
            met = self.clock.moment(self._met(row))
            self.book.plan(met, self.register, customer)

    def _met(self, row):
        """Return how many days ago the house entered a customer: not before it had to.

        Conversion from a lead begins six days after the lead came in.
        """
        if row["kind"] not in ("new", "prospect"):
            return OPENING - 1
        first_lead = [
            int(lead["days"]) - 5
            for lead in table("leads")
            if lead["fate"].partition(":")[2] == row["key"]
        ]
        first_wish = [
            int(wish["days"]) + 1
            for wish in table("opportunities")
            if wish["customer"] == row["key"]
        ]
        return max([*first_lead, *first_wish], default=95)

    def register(self, customers):
        """Enter companies and their people into the address book."""
        companies = self.env["res.partner"].create(
            [self._company(customer.row) for customer in customers]
        )
        terms = self.env.ref("account.account_payment_term_30days")
        companies.property_payment_term_id = terms
        for customer, partner in zip(customers, companies, strict=True):
            customer.partner = partner
        people = [
            (customer, login, self._contact(customer, number, name, function, login))
            for customer in customers
            for number, (name, function, login) in enumerate(
                entry.split(":") for entry in customer.row["contacts"].split(";")
            )
        ]
        contacts = self.env["res.partner"].create([values for *_who, values in people])
        for (customer, login, _values), contact in zip(people, contacts, strict=True):
            customer.contacts[login] = contact

    def _company(self, row):
        country = self.env.ref(f"base.{row['country'].lower().replace('gb', 'uk')}")
        return {
            "name": row["name"],
            "is_company": True,
            "street": row["street"],
            "zip": row["zip"],
            "city": row["city"],
            "state_id": country.state_ids.filtered(
                lambda state: state.code == row["state"]
            ).id,
            "country_id": country.id,
            "email": f"office@{row['domain']}",
            "phone": row["phone"],
            "website": f"https://{row['domain']}",
            "lang": row["lang"],
            "tz": get_zone(row),
            "user_id": self.book.users[row["owner"]],
            "customer_rank": 1 if int(row["orders"]) else 0,
            "category_id": [(4, self._trade(row["trade"]).id)],
        }

    def _trade(self, name):
        tag = self.env["res.partner.category"]
        label = {
            "roaster": "Roaster",
            "cafe": "Café",
            "tea": "Tea house",
            "hotel": "Hotel",
            "retail": "Retailer",
        }[name]
        return tag.search([("name", "=", label)]) or tag.create({"name": label})

    def _contact(self, customer, number, name, function, login):
        row = customer.row
        return {
            "name": name,
            "function": function,
            "parent_id": customer.partner.id,
            "type": "contact",
            "email": f"{login}@{row['domain']}",
            "phone": self._direct_line(row["phone"], number),
            "lang": row["lang"],
            "tz": get_zone(row),
            "user_id": self.book.users[row["owner"]],
        }

    def _direct_line(self, phone, number):
        """Return a number near the company's: the same exchange, other last digits."""
        head, tail = phone[:-2], int(phone[-2:])
        return f"{head}{(tail + 31 + 13 * number) % 100:02d}"
