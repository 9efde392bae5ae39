"""Companies with known truth: namesakes, sisters and neighbours, copied with errors."""

import random

from .errors import mistype, mistype_number
from .people import mail_letters, pair_up, say
from .vocabulary import Vocabulary


def make_companies(name, locales, size, seed):
    """Return two lists of companies.

    :param size: records in each list
    """
    draw = random.Random(seed)
    vocabularies = [Vocabulary(locale, draw) for locale in locales]
    population = []
    while len(population) < size * 5 // 4:
        vocabulary = draw.choice(vocabularies)
        for company in _group(vocabulary, draw):
            if not (company["phone"] or company["email"] or company["street"]):
                company["phone"] = vocabulary.phone()
            population.append(company)
    draw.shuffle(population)
    return pair_up(name, population, size, draw, copy_company, write_company)


def _group(vocabulary, draw):
    """Return a company; at times a sister at the same place, or a neighbour."""
    company = _company(vocabulary, draw)
    kind = draw.random()
    if kind < 0.06 and not vocabulary.is_han:
        # a sister: the same family, place and switchboard, another trade
        sister = _company(vocabulary, draw)
        brand = company["company"].rpartition(" ")[0]
        sister["company"] = f"{brand} {sister['company'].rpartition(' ')[2]}"
        if sister["company"] == company["company"]:
            return [company]
        shared = ("street", "zip", "city", *(["phone"] if draw.random() < 0.5 else []))
        return [company, sister | {field: company[field] for field in shared}]
    if kind < 0.14:
        neighbour = _company(vocabulary, draw)
        shared = {field: company[field] for field in ("street", "zip", "city")}
        return [company, neighbour | shared]
    return [company]


def _company(vocabulary, draw):
    name, form = vocabulary.company()
    domain = vocabulary.domain("".join(mail_letters(name, draw)))
    code = vocabulary.country.code
    company = {
        "vocabulary": vocabulary,
        "company": name,
        "form": form,
        "phone": vocabulary.phone(),
        "email": f"{draw.choice(('info', 'info', 'sales', 'office'))}@{domain}",
        "vat": f"{code}{draw.randrange(10**8, 10**9)}" if draw.random() < 0.2 else "",
        **vocabulary.address(),
    }
    gone = [
        field
        for field, part in (("phone", 0.12), ("email", 0.3), ("street", 0.1))
        if draw.random() < part
    ]
    return company | dict.fromkeys(gone, "")


ERRORS = {
    "typo company": 15, "no trade": 5, "city": 5, "form": 25, "new phone": 12,
    "typo phone": 6, "move": 8, "typo street": 8, "typo zip": 5, "typo city": 5,
    "no phone": 8, "no email": 8, "no street": 6, "no zip": 5, "no vat": 5,
    "person": 8, "new email": 8,
}  # fmt: skip


def copy_company(draw, company):
    """Return the same company as on file elsewhere: up to three things differ.

    It is either still in its town, or has its number or its e-mail address.
    """
    while True:
        copy = dict(company)
        done = draw.choices(
            list(ERRORS),
            list(ERRORS.values()),
            k=draw.choices(range(4), (1, 4, 4, 3))[0],
        )
        for error in done:
            _apply(error, copy, draw)
        has_number = copy["phone"] and company["phone"] and "new phone" not in done
        has_email = copy["email"] and company["email"] and "new email" not in done
        has_street = copy["street"] and company["street"] and "move" not in done
        if has_number or has_email or has_street:
            return copy


def _apply(error, copy, draw):
    kind, _space, field = error.partition(" ")
    vocabulary = copy["vocabulary"]
    if error == "typo company" or (kind == "typo" and field in ("street", "city")):
        copy[field] = mistype(draw, copy[field])
    elif kind == "typo":
        copy[field] = mistype_number(draw, copy[field])
    elif error == "no trade" and " " in copy["company"]:
        copy["company"] = copy["company"].rpartition(" ")[0]
    elif error == "city" and not vocabulary.is_han:
        copy["company"] += f" {copy['city']}"
    elif error == "form":
        forms = [*vocabulary.country.forms.split("|"), "", ""]
        copy["form"] = draw.choice(forms)
    elif error == "new phone":
        copy["phone"] = vocabulary.phone()
    elif error == "new email":
        local = "".join(mail_letters(vocabulary.given.pick(draw), draw))
        copy["email"] = f"{local}{copy['email'][copy['email'].find('@') :]}"
        if "@" not in copy["email"]:
            copy["email"] = ""
    elif error == "move":
        copy.update(vocabulary.address())
    elif error == "person":
        copy["person"] = f"{vocabulary.given.pick(draw)} {vocabulary.family.pick(draw)}"
        if vocabulary.is_han:
            copy["person"] = vocabulary.family.pick(draw) + vocabulary.given.pick(draw)
    elif kind == "no" and field in copy:
        copy[field] = ""


def write_company(draw, company):
    """Return a record as it is typed."""
    vocabulary = company["vocabulary"]
    name = company["company"]
    if company["form"]:
        name += f"{'' if vocabulary.is_han else ' '}{company['form']}"
    if draw.random() < 0.2:
        name = name.replace("&", "und" if company["phone"][:1] > "5" else "and")
    record = {
        "person": company.get("person", ""),
        "company": name,
        "email": company["email"],
        "phone": company["phone"] and vocabulary.say_phone(company["phone"], draw),
        "street": company["street"],
        "zip": company["zip"],
        "city": company["city"],
        "country": vocabulary.country.code if draw.random() < 0.8 else "",
        "vat": company["vat"],
    }
    return say(draw, record, vocabulary)
