from unittest.mock import patch

from odoo.tests import tagged

from .common_committed import ContactCommitted


@tagged("post_install", "-at_install", "c360_contact")
class TestContactRace(ContactCommitted):
    """Two workers take up the same mail: one of them sends it, booked once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            people = cls._create_people(
                env,
                [
                    {"name": f"Race {i}", "email": f"race{i}@load.example"}
                    for i in range(2)
                ],
            )
            cls._create_policy(env, people, limit_count=1)

    def test_the_same_mails_at_once(self):
        with self._environment() as env:
            people = env["res.partner"].browse(self.partner_ids)
            limited = self._create_mails(env, people[0])
            needed = self._create_mails(env, people[1], contact_purpose="transactional")
            mails = limited + needed
            env.cr.commit()
            passed = self._pass_meanwhile(env, mails)
            self.assertEqual(sorted(passed), sorted(mails.ids), "each by one worker")
            touches = env["c360.contact.touch"].search(
                [("partner_id", "in", people.ids)]
            )
            self.assertEqual(touches.partner_id, people)
            self.assertEqual(touches.mapped("state"), ["reserved", "reserved"])
            self.assertFalse(any(mails.mapped("scheduled_date")))

    def _pass_meanwhile(self, env, mails):
        """Let another worker want the mails while this one has not booked yet.

        :return: the ids of the mails either may send
        """
        mail_class = type(mails)
        original, passed = mail_class._get_open_touches, []

        def meanwhile(this, recipients):
            found = original(this, recipients)
            if not passed:
                passed.append(None)
                with self._environment() as other:
                    passed.extend(mails.with_env(other)._pass_gate(True).ids)
            return found

        with patch.object(mail_class, "_get_open_touches", meanwhile):
            passed.extend(mails._pass_gate(True).ids)
        return passed[1:]
