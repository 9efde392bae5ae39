from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.customer.test_customer_handover import (
    HandoverCommon,
)


@tagged("post_install", "-at_install", "c360_customer")
class TestMailingHandover(HandoverCommon):
    def test_mailings_not_sent_yet(self):
        draft, queued, sent = self.env["mailing.mailing"].create(
            [
                {
                    "subject": "Spring sale",
                    "user_id": self.leaver.id,
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "state": state,
                }
                for state in ("draft", "in_queue", "done")
            ]
        )
        handover = self._hand_over()
        self.assertEqual(handover.problem_count, 0)
        self.assertEqual((draft + queued).user_id, self.anna)
        self.assertEqual(sent.user_id, self.leaver)
