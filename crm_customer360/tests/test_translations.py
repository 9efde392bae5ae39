from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

PRODUCT = Path(__file__).parents[1]
LANGUAGES = ("zh_CN", "zh_TW")


@tagged("post_install", "-at_install", "c360_translations")
class TestTranslations(TransactionCase):
    """What people read exists in every language the product promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the product and those of its bridges that are here; not the demo story
        names = [
            path.parent.name
            for path in PRODUCT.parent.glob(f"{PRODUCT.name}*/__manifest__.py")
            if not path.parent.name.endswith("_demo")
        ]
        cls.addons = (
            cls.env["ir.module.module"]
            .search([("name", "in", names), ("state", "=", "installed")])
            .mapped("name")
        )

    def _get_catalogue(self, addon, language):
        return polib.pofile(PRODUCT.parent / addon / "i18n" / f"{language}.po")

    def _get_terms(self, addon):
        reader = TranslationModuleReader(self.env.cr, modules=[addon])
        return {
            source
            for _module, _type, _name, _id, source, *_rest in reader
            if source and source.strip()
        }

    def test_every_term_is_translated(self):
        self.assertGreater(len(self._get_terms(PRODUCT.name)), 500)
        for addon in self.addons:
            terms = self._get_terms(addon)
            for language in LANGUAGES if terms else ():
                with self.subTest(f"{addon} {language}"):
                    catalogue = self._get_catalogue(addon, language)
                    translated = {entry.msgid for entry in catalogue if entry.msgstr}
                    self.assertFalse(sorted(terms - translated))

    def test_translations_keep_their_placeholders(self):
        for addon in self.addons:
            for language in LANGUAGES if self._get_terms(addon) else ():
                for entry in self._get_catalogue(addon, language):
                    with self.subTest(f"{addon} {language}: {entry.msgid}"):
                        for word in entry.msgid.split():
                            if word.startswith("%("):
                                name = word[: word.index(")") + 2]
                                self.assertIn(name, entry.msgstr)
