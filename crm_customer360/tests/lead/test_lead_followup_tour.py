from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadFollowupTour(HttpCase):
    def test_a_done_step_asks_for_the_next(self):
        user = new_test_user(
            self.env,
            login="c360_tour",
            password="c360_tour",
            groups="crm_customer360.group_user",
        )
        lead = self.env["crm.lead"].create(
            {"name": "Tour lead", "type": "opportunity", "user_id": user.id}
        )
        self.start_tour(
            f"/odoo/crm.lead/{lead.id}", "c360_lead_followup", login="c360_tour"
        )
