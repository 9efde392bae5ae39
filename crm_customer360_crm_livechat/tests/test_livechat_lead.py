from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "c360_lead")
class TestLivechatLead(HttpCase):
    def test_the_command_of_a_chat_is_told_from_other_roads(self):
        operator = new_test_user(
            self.env,
            "olga_operator",
            "im_livechat.im_livechat_group_user,sales_team.group_sale_salesman",
        )
        livechat = self.env["im_livechat.channel"].create(
            {"name": "Shop", "user_ids": [Command.link(operator.id)]}
        )
        self.env["mail.presence"]._update_presence(operator)
        self.authenticate(None, None)
        session = self.make_jsonrpc_request(
            "/im_livechat/get_session",
            {"channel_id": livechat.id, "persisted": True},
        )
        channel = self.env["discuss.channel"].browse(session["channel_id"])
        channel.with_user(operator).execute_command_lead(body="/lead Two tables")
        # nobody left an address, and the chat is a way to reach him
        lead = channel.lead_ids
        self.assertEqual(lead.name, "Two tables")
        self.assertEqual(lead.capture_channel, "livechat")
        self.assertEqual(lead.medium_id.name, "Live Chat")
        self.assertEqual(lead.collector_id, operator)
        self.assertEqual(lead.check_state, "valid")
