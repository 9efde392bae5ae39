from unittest.mock import patch

from ..common import Customer360Common


class LeadCommon(Customer360Common):
    """Leads of one person in several spellings, and nothing that routes them away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool"].search([]).active = False
        cls.identities = cls.env["c360.lead.identity"]
        cls.duplicates = cls.env["c360.lead.duplicate"]
        cls.merges = cls.env["c360.lead.merge"]
        cls.user = cls.users_by_role["user"]
        cls.leader = cls.users_by_role["leader"]
        cls.belgium = cls.env.ref("base.be")

    @classmethod
    def _create_lead(cls, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Pumps",
                "contact_name": "Paula Petersen",
                "partner_name": "Nordwind Pumpen GmbH",
                "email_from": "paula.petersen@nordwind.example",
                "phone": "+32 470 12 34 56",
                "street": "Havenstraat 12",
                "zip": "2000",
                "city": "Antwerpen",
                "country_id": cls.belgium.id,
                "user_id": False,
                **values,
            }
        )

    @classmethod
    def _create_partner(cls, **values):
        partner = cls.env["res.partner"].create(
            {
                "name": "Paula Petersen",
                "email": "paula.petersen@nordwind.example",
                "phone": "+32 470 12 34 56",
                "street": "Havenstraat 12",
                "zip": "2000",
                "city": "Antwerpen",
                "country_id": cls.belgium.id,
                **values,
            }
        )
        cls._run_job()
        return partner

    @classmethod
    def _run_job(cls):
        """Do what the end of the transaction and the job behind it do."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        # a test cannot commit; there is time enough
        with patch.object(type(cls.env["ir.cron"]), "_commit_progress", return_value=9):
            cls.identities._cron_refresh()
        cls.env.invalidate_all()

    def _pairs(self, lead, env=None):
        return (env or self.env)["c360.lead.duplicate"].search(
            ["|", ("lead_id", "=", lead.id), ("other_lead_id", "=", lead.id)]
        )
