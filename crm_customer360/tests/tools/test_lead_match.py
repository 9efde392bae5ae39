from odoo.tests import BaseCase, tagged

from ...tools.lead_identity import Identity, get_identity, get_keys
from ...tools.lead_levels import STEPS, WORDS
from ...tools.lead_match import MAYBE, SURELY, compare
from ...tools.lead_weights import BIAS, WEIGHTS

JOHN = {
    "person": "John Smith",
    "email": "john.smith@firm.example",
    "phone": "+1 212 555 0147",
    "street": "12 Main Street",
    "zip": "10001",
    "city": "New York",
    "country": "US",
}


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadMatch(BaseCase):
    """Hard cases of who is who."""

    def _score(self, one, other):
        return compare(get_identity(**one), get_identity(**other)).score

    def _assert_same_identity(self, field, *texts):
        found = {getattr(get_identity(**{field: text}), field) for text in texts}
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found.pop())

    def _assert_found(self, one, other):
        keys = get_keys(get_identity(**one))
        others = get_keys(get_identity(**other))
        self.assertTrue(set(keys) & set(others))

    def test_one_spelling(self):
        person = "person"
        self._assert_same_identity(
            person, "Jörg Müller", "Mueller, Joerg", "JORG MULLER"
        )
        self._assert_same_identity(
            person, "John Smith", "Smith, John", "Dr. John Smith"
        )
        self._assert_same_identity(person, "王曉明", "王晓明", "王 晓明 先生")
        company = "company"
        self._assert_same_identity(company, "ACME Ltd.", "Acme GmbH", "acme, s.a.r.l.")
        self._assert_same_identity(
            company, "上海東方科技股份有限公司", "上海东方科技（集团）有限公司"
        )
        self._assert_same_identity(company, "ＡＢＣ貿易", "abc 贸易有限公司")
        self._assert_same_identity(
            "street", "Hauptstr. 5", "Hauptstraße 5", "HAUPTSTRASSE 5"
        )
        self._assert_same_identity("street", "P.O. Box 77", "PO Box 77", "Postfach 77")
        self._assert_same_identity("street", "中山路１００號", "中山路100号")
        self._assert_same_identity("email", "A.B+x@gmail.com", "ab@googlemail.com")

    def test_phone_follows_the_country(self):
        number = get_identity(phone="(030) 123-4567", country="DE").phone
        self.assertEqual(number, get_identity(phone="+49 30 1234567").phone)

    def test_nothing_is_nothing(self):
        self.assertEqual(get_identity(person=None, email=False), Identity())
        self.assertEqual(
            get_identity(email="none", phone="-", person="Mr."), Identity()
        )
        self.assertEqual(get_keys(Identity()), ())
        self.assertLess(compare(Identity(), Identity()).score, MAYBE)

    def test_surely_one(self):
        for change in (
            {"person": "Smith, Jonh"},
            {"email": "john.smiht@firm.example"},
            {"phone": "+1 212 555 0174"},
            {"street": "21 Park Av.", "zip": "60601", "city": "Chicago"},
            {"phone": "+1 646 555 0199", "email": ""},
            {"person": "JOHN PETER SMITH"},
        ):
            with self.subTest(change):
                self.assertGreaterEqual(self._score(JOHN, JOHN | change), SURELY)
                self._assert_found(JOHN, JOHN | change)

    def test_family_is_not_surely_one(self):
        for name in ("Mary Smith", "Paul Smith", "Smith, Emily", "Mary Jones"):
            with self.subTest(name):
                # one roof, one line, one mailbox, even one birthday
                twin = JOHN | {"person": name, "birthdate": "1980-03-12"}
                one = JOHN | {"birthdate": "1980-03-12"}
                self.assertLess(self._score(one, twin), SURELY)

    def test_namesakes_are_not_surely_one(self):
        other = {"person": "John Smith", "phone": "+1 312 555 0100", "country": "US"}
        elsewhere = {"street": "5 Oak Street", "zip": "94105", "city": "San Francisco"}
        self.assertLess(self._score(JOHN, other), MAYBE)
        self.assertLess(self._score(JOHN, other | elsewhere), MAYBE)
        self.assertLess(
            self._score(
                {"person": "王伟", "city": "上海"}, {"person": "王偉", "city": "上海市"}
            ),
            SURELY,
        )

    def test_colleagues_are_two(self):
        work = {"company": "Acme Inc.", "phone": "+1 212 555 0000", "zip": "10001"}
        ann = work | {"person": "Ann Lee", "email": "ann.lee@acme.example"}
        bob = work | {"person": "Bob Ray", "email": "bob.ray@acme.example"}
        self.assertLess(self._score(ann, bob), MAYBE)

    def test_chinese(self):
        one = {"person": "王晓明", "phone": "13812345678", "country": "CN"}
        self.assertGreaterEqual(self._score(one, one | {"person": "王曉明"}), SURELY)
        # the input method offered another character of the same sound
        self.assertGreaterEqual(self._score(one, one | {"person": "王小明"}), SURELY)
        self.assertLess(self._score(one, one | {"person": "李建国"}), SURELY)
        home = one | {"street": "中山路100号3栋502室", "city": "上海", "zip": "200001"}
        brother = home | {"person": "王晓刚"}
        self.assertLess(self._score(home, brother), self._score(home, home))

    def test_companies(self):
        one = {"company": "Müller Bau GmbH", "city": "Köln", "zip": "50667"}
        one |= {"phone": "+49 221 123456"}
        self.assertGreaterEqual(
            self._score(one, one | {"company": "Mueller Bau", "zip": ""}), SURELY
        )
        self.assertLess(
            self._score(one, one | {"company": "Schmidt Reisen AG"}), SURELY
        )

    def test_parts_explain_the_score(self):
        match = compare(get_identity(**JOHN), get_identity(**JOHN | {"zip": "94105"}))
        self.assertEqual(
            {part.field: part.level for part in match.parts},
            dict.fromkeys(JOHN, "same") | {"zip": "different"},
        )
        self.assertLess([p.weight for p in match.parts if p.field == "zip"][0], 0)

    def test_order_does_not_matter(self):
        records = [
            get_identity(**JOHN),
            get_identity(person="J. Smith", phone="2125550147", country="US"),
            get_identity(person="Wang Xiaoming", city="Shanghai"),
            get_identity(person="王晓明", city="上海", company="东方科技"),
            get_identity(company="Acme Trading Co", street="Main St 12", zip="1000"),
            get_identity(company="Trading Acme", street="12-14 Main", zip="10001"),
        ]
        for one in records:
            for other in records:
                scores = compare(one, other).score, compare(other, one).score
                self.assertAlmostEqual(*scores)

    def test_every_step_has_a_word_and_likeness_never_harms(self):
        self.assertEqual(len(STEPS), len(Identity._fields))
        self.assertEqual(set(WEIGHTS), set(BIAS))
        for kind, fields in WEIGHTS.items():
            self.assertLessEqual(set(fields), set(Identity._fields))
            for field, steps in fields.items():
                self.assertLessEqual(set(steps), set(WORDS))
                if field != "person":
                    self.assertGreaterEqual(steps.get("same", 0), 0, (kind, field))
                    self.assertLessEqual(steps.get("different", 0), 0, (kind, field))

    def test_keys_are_few_and_fit_an_integer(self):
        full = JOHN | {"company": "Acme Inc.", "vat": "US1", "birthdate": "1980-03-12"}
        for record in (JOHN, full):
            keys = get_keys(get_identity(**record))
            self.assertLessEqual(len(keys), 20)
            self.assertTrue(all(-(2**31) <= key < 2**31 for key in keys))
        self.assertLessEqual(len(get_keys(get_identity(**JOHN))), 12)
