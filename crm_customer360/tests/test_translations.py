from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

ADDON = Path(__file__).parents[1]
LANGUAGES = ("zh_CN", "zh_TW")


@tagged("post_install", "-at_install", "c360_translations")
class TestTranslations(TransactionCase):
    """What people read exists in every language the product promises."""

    def test_every_term_is_translated(self):
        reader = TranslationModuleReader(self.env.cr, modules=[ADDON.name])
        terms = {
            source
            for _module, _type, _name, _id, source, *_rest in reader
            if source and source.strip()
        }
        self.assertGreater(len(terms), 500)
        for language in LANGUAGES:
            with self.subTest(language):
                catalogue = polib.pofile(ADDON / "i18n" / f"{language}.po")
                translated = {entry.msgid for entry in catalogue if entry.msgstr}
                self.assertFalse(sorted(terms - translated))

    def test_translations_keep_their_placeholders(self):
        for language in LANGUAGES:
            for entry in polib.pofile(ADDON / "i18n" / f"{language}.po"):
                with self.subTest(f"{language}: {entry.msgid}"):
                    for word in entry.msgid.split():
                        if word.startswith("%("):
                            name = word[: word.index(")") + 2]
                            self.assertIn(name, entry.msgstr)
