"""Names, streets, places and numbers of a country, from the word lists of Faker."""

from functools import cached_property
from importlib import import_module
from itertools import accumulate
from types import SimpleNamespace

COUNTRIES = {
    "en_US": SimpleNamespace(
        code="US", dial="1", numbers=("{a} {b} {c}", (3, 3, 4), "23456789"),
        trunk="", street="{number} {name} {kind}", forms="Inc.|LLC|Corp.|Co.|Ltd.",
        kinds="Street/St|Avenue/Ave|Road/Rd|Drive/Dr|Lane/Ln|Court/Ct",
        trades="Consulting|Construction|Logistics|Foods|Dental|Motors|Software|Design"
        "|Plumbing|Insurance|Travel|Printing|Security|Roofing|Bakery|Optics",
    ),
    "de_DE": SimpleNamespace(
        code="DE", dial="49", numbers=("{a} {b}", (3, 8), "123456789"), trunk="0",
        street="{name}{kind} {number}", forms="GmbH|AG|GmbH & Co. KG|e.K.|OHG|UG",
        kinds="straße/str.|weg/weg|gasse/gasse|platz/pl.|allee/allee",
        trades="Bau|Logistik|Handel|Beratung|Maschinenbau|Elektro|Immobilien|Druck"
        "|Reisen|Metallbau|Gartenbau|Optik|Zahntechnik|Haustechnik|Transporte",
    ),
    "fr_FR": SimpleNamespace(
        code="FR", dial="33", numbers=("{a} {b} {c}", (1, 4, 4), "1234567"), trunk="0",
        street="{number} {kind} {name}", forms="SARL|SA|SAS|EURL|S.A.R.L.|SNC",
        kinds="rue de/r. de|avenue/av.|chemin du/ch. du|boulevard/bd|place/pl.",
        trades="Bâtiment|Conseil|Transports|Boulangerie|Électricité|Menuiserie|Immobilier"
        "|Assurances|Voyages|Imprimerie|Plomberie|Informatique|Optique|Couverture",
    ),
    "es_ES": SimpleNamespace(
        code="ES", dial="34", numbers=("{a} {b} {c}", (3, 3, 3), "6789"), trunk="",
        street="{kind} {name}, {number}", forms="S.L.|S.A.|SL|SA|S.L.U.",
        kinds="Calle/C/|Avenida/Avda.|Plaza/Pza.|Paseo/Po|Camino/Cno.",
        trades="Construcciones|Asesores|Transportes|Panadería|Electricidad|Muebles"
        "|Inmobiliaria|Seguros|Viajes|Artes Gráficas|Fontanería|Informática|Óptica",
    ),
    "it_IT": SimpleNamespace(
        code="IT", dial="39", numbers=("{a} {b}", (3, 7), "3"), trunk="",
        street="{kind} {name} {number}", forms="S.r.l.|S.p.A.|Srl|SpA|S.n.c.|Sas",
        kinds="Via/V.|Viale/V.le|Piazza/P.za|Corso/C.so|Vicolo/Vic.",
        trades="Costruzioni|Consulenza|Trasporti|Panificio|Impianti|Arredamenti"
        "|Immobiliare|Assicurazioni|Viaggi|Tipografia|Idraulica|Informatica|Ottica",
    ),
    "nl_NL": SimpleNamespace(
        code="NL", dial="31", numbers=("{a} {b}", (2, 7), "123456"), trunk="0",
        street="{name}{kind} {number}", forms="B.V.|BV|N.V.|V.O.F.|VOF",
        kinds="straat/str.|laan/ln|weg/weg|plein/pln|kade/kade",
        trades="Bouw|Advies|Transport|Bakkerij|Elektrotechniek|Meubelen|Makelaardij"
        "|Verzekeringen|Reizen|Drukkerij|Loodgieters|Automatisering|Optiek",
    ),
    "sv_SE": SimpleNamespace(
        code="SE", dial="46", numbers=("{a} {b}", (2, 7), "7"), trunk="0",
        street="{name}{kind} {number}", forms="AB|HB|KB|Aktiebolag",
        kinds="gatan/g.|vägen/v.|gränd/gr.|torget/torget",
        trades="Bygg|Konsult|Transport|Bageri|El|Möbler|Fastigheter|Resor|Tryckeri",
    ),
    "pt_BR": SimpleNamespace(
        code="BR", dial="55", numbers=("{a} {b} {c}", (2, 5, 4), "1234"), trunk="",
        street="{kind} {name}, {number}", forms="Ltda.|S.A.|ME|EIRELI|Ltda",
        kinds="Rua/R.|Avenida/Av.|Travessa/Tv.|Praça/Pç.|Alameda/Al.",
        trades="Construções|Consultoria|Transportes|Padaria|Móveis|Imóveis|Viagens"
        "|Gráfica|Seguros|Informática|Ótica",
    ),
    "en_GB": SimpleNamespace(
        code="GB", dial="44", numbers=("{a} {b}", (4, 6), "127"), trunk="0",
        street="{number} {name} {kind}", forms="Ltd|Limited|PLC|LLP",
        kinds="Street/St|Road/Rd|Lane/Ln|Close/Cl|Avenue/Ave",
        trades="Joinery|Plumbing|Catering|Motors|Travel|Printing|Interiors|Roofing",
    ),
    "zh_CN": SimpleNamespace(
        code="CN", dial="86", numbers=("{a} {b} {c}", (3, 4, 4), "1"), trunk="",
        street="", forms="有限公司|有限责任公司|股份有限公司|集团有限公司", kinds="",
        trades="科技|贸易|实业|电子|信息技术|机械|建筑工程|物流|食品|医疗器械|文化传媒",
    ),
    "zh_TW": SimpleNamespace(
        code="TW", dial="886", numbers=("{a} {b} {c}", (3, 3, 3), "9"), trunk="0",
        street="", forms="有限公司|股份有限公司|企業社|實業有限公司", kinds="",
        trades="科技|貿易|實業|電子|資訊|機械|營造|物流|食品|醫療器材|文化|餐飲",
    ),
}  # fmt: skip
HAN_BRAND = "华东新海天龙金瑞鑫达成兴盛博远通宏恒泰康源丰利安诚创智联信和美嘉亿百福宝"
HAN_BRAND_TRADITIONAL = (
    "華東新海天龍金瑞鑫達成興盛博遠通宏恆泰康源豐利安誠創智聯信和美嘉億百福寶"
)
HAN_ROADS = "中山|人民|解放|建设|和平|新华|文化|长江|黄河|友谊|胜利|光明|朝阳|东风|北京"
HAN_ROADS_TRADITIONAL = (
    "忠孝|仁愛|信義|和平|復興|建國|民生|民權|光復|敦化|羅斯福|林森|重慶|長安|中華"
)


class Vocabulary:
    """What the people of a country are called, and where they live.

    :param locale: a language and country Faker knows
    :param draw: a ``random.Random``; makes the places
    """

    def __init__(self, locale, draw):
        person = import_module(f"faker.providers.person.{locale}").Provider
        self.locale, self.draw = locale, draw
        # e-mail addresses and domains that belong to somebody
        self.taken = set()
        self.country = COUNTRIES[locale]
        self.is_han = locale.startswith("zh")
        self.given = Skewed(person.first_names)
        self.family = Skewed(person.last_names)
        streets = [self.family.pick(draw) for _number in range(250)]
        if self.is_han:
            roads = HAN_ROADS if locale == "zh_CN" else HAN_ROADS_TRADITIONAL
            streets = roads.split("|")
        self.streets = Skewed(streets)
        self.places = Skewed(
            [(name, 10 + number) for number, name in enumerate(self._cities)]
        )
        self.brand = HAN_BRAND if locale == "zh_CN" else HAN_BRAND_TRADITIONAL

    @cached_property
    def _cities(self):
        address = import_module(f"faker.providers.address.{self.locale}").Provider
        if cities := getattr(address, "cities", None):
            return self.draw.sample(list(cities), min(60, len(cities)))
        ends = getattr(address, "city_suffixes", ("ville",))
        return sorted(
            {
                f"{self.family.pick(self.draw)}{self.draw.choice(ends)}"
                for _number in range(70)
            }
        )[:60]

    def address(self):
        """Return street, zip and city of somebody."""
        draw = self.draw
        city, region = self.places.pick(draw)
        zip_code = f"{region}{draw.randrange(40) * 7:03d}"
        number = 1 + int(180 * draw.random() ** 2)
        name = self.streets.pick(draw)
        if self.is_han:
            street = f"{name}路{number}号"
            if draw.random() < 0.6:
                street += f"{draw.randrange(1, 20)}栋{draw.randrange(101, 1900)}室"
            return {"street": street, "zip": zip_code, "city": city}
        kind = draw.choice(self.country.kinds.split("|")).split("/")[0]
        street = self.country.street.format(number=number, name=name, kind=kind)
        return {"street": street, "zip": zip_code, "city": city}

    def phone(self):
        """Return a number as groups of digits, without the country."""
        _layout, sizes, first = self.country.numbers
        groups = [
            "".join(self.draw.choice("0123456789") for _digit in range(size))
            for size in sizes
        ]
        groups[0] = self.draw.choice(first) + groups[0][1:]
        return " ".join(groups)

    def say_phone(self, phone, draw):
        """Return a number as somebody writes it."""
        trunk = self.country.trunk
        style = draw.randrange(4)
        if style == 0:
            return f"+{self.country.dial} {phone}"
        if style == 1:
            return f"+{self.country.dial}{phone.replace(' ', '')}"
        if style == 2:
            return trunk + phone.replace(" ", draw.choice("-/ ."))
        return f"({trunk}{phone.replace(' ', ') ', 1)}"

    def domain(self, name):
        """Return a domain nobody else has."""
        domain = f"{name[:16]}.example"
        while domain in self.taken:
            domain = f"{domain.partition('.')[0]}{self.draw.randrange(10)}.example"
        self.taken.add(domain)
        return domain

    def company(self):
        """Return name and trade, and the legal form of a company."""
        draw = self.draw
        trade = draw.choice(self.country.trades.split("|"))
        form = draw.choice(self.country.forms.split("|"))
        if self.is_han:
            city = self.places.pick(draw)[0].removesuffix("市")
            brand = "".join(draw.sample(self.brand, draw.choice((2, 2, 3))))
            return f"{city}{brand}{trade}", form
        kind = draw.random()
        if kind < 0.4:
            name = self.family.pick(draw)
        elif kind < 0.7:
            start = self.family.pick(draw)[: draw.randrange(3, 6)]
            name = start + draw.choice(
                "tec ex ia ora nova lux med sys ix on ana".split()
            )
        else:
            name = f"{self.family.pick(draw)} & {self.family.pick(draw)}"
        return f"{name} {trade}", form


class Skewed:
    """Values of which some are much more common than others.

    :param values: a list, the common ones first; or values with their frequency
    """

    def __init__(self, values):
        self.values = list(values)
        weights = (
            [float(weight) for weight in values.values()]
            if hasattr(values, "values")
            else [1 / (5 + place) for place in range(len(self.values))]
        )
        self.sums = list(accumulate(weights))

    def pick(self, draw):
        return draw.choices(self.values, cum_weights=self.sums)[0]
