"""The house itself and the people who work in it."""

from odoo.fields import Command

from .chapter import Chapter

COMPANY = {
    "name": "Lotus & Pine Trading Co.",
    "street": "12/F, 88 Queen's Road Central",
    "city": "Hong Kong",
    "phone": "+852 2555 0100",
    "email": "hello@lotuspine.example",
    "website": "https://lotuspine.example",
}
# login, name, language, groups
STAFF = (
    ("sam", "Sam Whitfield", "en_US", ("crm_customer360.group_user",)),
    (
        "nina",
        "林娜",
        "zh_CN",
        ("crm_customer360.group_leader", "base.group_allow_export"),
    ),
    ("kit", "Kit Leung", "en_US", ("crm_customer360.group_user",)),
    ("mia", "Mia Castellanos", "en_US", ("crm_customer360.group_manager",)),
    # leaves half a year before the installation
    ("tom", "Tom Becker", "en_US", ("crm_customer360.group_user",)),
    ("leo", "Leo Ng", "en_US", ("crm_customer360.group_service",)),
    ("cora", "Cora Lindqvist", "en_US", ("crm_customer360.group_care",)),
    (
        "fay",
        "Fay Okonkwo",
        "en_US",
        ("account.group_account_user", "crm_customer360.group_analyst"),
    ),
)
LANGUAGES = ("zh_CN", "zh_TW")
TIMEZONE = "Asia/Hong_Kong"


class People(Chapter):
    """Open the house: company, languages, staff."""

    def open(self):
        self._name_company()
        self._speak_chinese()
        self._hire()
        self._switch_on_leads()

    def _name_company(self):
        company = self.env.ref("base.main_company")
        company.partner_id.write(dict(COMPANY, country_id=self.env.ref("base.hk").id))
        company.name = COMPANY["name"]
        # The general chart is there already where account was installed without a
        # country; a database of another country keeps its own.
        if not company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", company)

    def _speak_chinese(self):
        """Load both kinds of Chinese, for the staff and for what customers get."""
        for code in LANGUAGES:
            self.env["res.lang"]._activate_lang(code)
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations(list(LANGUAGES))

    def _hire(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"tz": TIMEZONE, "notification_type": "inbox"})
        admin.partner_id.email = "admin@lotuspine.example"
        staff = self.env["res.users"].create(
            [
                {
                    "login": login,
                    "password": login,
                    "name": name,
                    "email": f"{login}@lotuspine.example",
                    "lang": lang,
                    "tz": TIMEZONE,
                    # notices go to the inbox of the web client, never out by mail
                    "notification_type": "inbox",
                    "group_ids": [
                        Command.link(self.env.ref("base.group_user").id),
                        Command.link(self.env.ref("base.group_partner_manager").id),
                        *(Command.link(self.env.ref(group).id) for group in groups),
                    ],
                }
                for login, name, lang, groups in STAFF
            ]
        )
        self.book.users = {user.login: user.id for user in staff}
        self.book.users["admin"] = admin.id
        team = self.env.ref("sales_team.team_sales_department")
        team.use_leads = True
        team.user_id = self.book.users["mia"]
        team.member_ids = [
            Command.link(self.book.users[login])
            for login in ("sam", "nina", "kit", "tom", "mia")
        ]

    def _switch_on_leads(self):
        """Show leads before they become opportunities, and look nothing up outside."""
        self.env.ref("base.group_user")._apply_group(self.env.ref("crm.group_use_lead"))
        # what was won and lost from the first day on rates the leads
        self.env["ir.config_parameter"].set_param(
            "crm.pls_start_date", str(self.clock.now.date())
        )
        enrichment = self.env.ref(
            "crm_iap_enrich.ir_cron_lead_enrichment", raise_if_not_found=False
        )
        if enrichment:
            enrichment.active = False
