from odoo.tests import tagged

from .common import PoolCommon

# contact name, company name, topic, what a member reads of it
TOPICS = (
    # names, word by word
    ("Paula Private", "", "Call Paula about pumps", "Call … about pumps"),
    ("Paula Private", "", "Mrs. private wants 3", "Mrs. … wants 3"),
    ("Al Bo", "", "Aluminium bolts for Al", "Aluminium bolts for …"),
    ("Jean-Luc Édouard", "", "jean-luc édouard: valves", "…: valves"),
    ("", "Acme Widgets GmbH", "GmbH offer, Acme, 5 kW", "GmbH offer, …, 5 kW"),
    ("", "Van der Berg & Co", "Pumps for the Berg", "Pumps for the …"),
    ("张伟", "", "张伟要水泵", "…要水泵"),
    ("欧阳娜娜", "", "给欧阳娜娜报价", "给…报价"),
    ("张伟", "", "伟大的项目", "伟大的项目"),
    ("", "上海恒力有限公司", "上海恒力需要有限公司报价", "…需要有限公司报价"),
    ("A", "", "A pump", "A pump"),
    # bare domains
    ("", "", "Site acme-gmbh.de new", "Site … new"),
    ("", "", "See linkedin.com/in/bob now", "See … now"),
    ("", "", "看acme.com.cn谢谢", "看…谢谢"),
    ("", "", "Pump v2.0, 3.5 kW, e.g. steel", "Pump v2.0, 3.5 kW, e.g. steel"),
    ("", "", "Node.js and approx.20 pcs.", "Node.js and approx.20 pcs."),
    ("", "", "Offer.Please call", "Offer.Please call"),
    # addresses spelled out
    ("", "", "Ask bob (at) acme.com", "Ask …"),
    ("", "", "Ask bob [at] acme [dot] org soon", "Ask … soon"),
    ("", "", "Ask bob at acme dot com", "Ask …"),
    ("", "", "Pump (at) the plant", "Pump (at) the plant"),
    ("", "", "Meet at noon", "Meet at noon"),
    # messengers without a colon
    ("", "", "微信 zhangwei88", "…"),
    ("", "", "微信zhangwei 要水泵", "… 要水泵"),
    ("", "", "加我vx:zhangwei88", "加我…"),
    ("", "", "加vx zhangwei88吧", "加…吧"),
    ("", "", "v信 zhangwei88 急", "… 急"),
    ("", "", "WeChat bob_1988 please", "… please"),
    ("", "", "微信推广项目", "微信推广项目"),
    ("", "", "WeChat program for shops", "WeChat program for shops"),
    ("", "", "Filling line 2 pumps", "Filling line 2 pumps"),
)


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolTopic(PoolCommon):
    def test_topic_tells_the_need_and_nobody(self):
        lead = self._create_leads(partner_id=False)
        topic = self.env["c360.pool.lead"].browse(lead.id)
        for contact, company, name, expected in TOPICS:
            with self.subTest(name):
                lead.write(
                    {"contact_name": contact, "partner_name": company, "name": name}
                )
                self.env.flush_all()
                topic.invalidate_recordset()
                self.assertEqual(topic.topic, expected)

    def test_words_of_the_customer_are_hidden_too(self):
        lead = self._create_leads(
            partner_id=self.customer.id, name="Harbour wants timber saws"
        )
        self.env.flush_all()
        topic = self.env["c360.pool.lead"].browse(lead.id)
        self.assertEqual(topic.topic, "… wants … saws")
