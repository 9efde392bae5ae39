from odoo.tests import new_test_user

from ..common import Customer360Common


class FollowupCommon(Customer360Common):
    """A week of 40 hours, 9 to 17 in UTC, and leads somebody holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.pool"].search([]).active = False
        cls.user = cls.users_by_role["user"]
        cls.leader = cls.users_by_role["leader"]
        cls.rival = new_test_user(
            cls.env,
            login="c360_rival",
            name="Rita Rival",
            groups="crm_customer360.group_user",
            company_id=cls.company.id,
        )
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": "UTC",
                "attendance_ids": [
                    (5, 0, 0),
                    *(
                        (
                            0,
                            0,
                            {
                                "name": "Day",
                                "dayofweek": str(day),
                                "hour_from": 9,
                                "hour_to": 17,
                                "day_period": "morning",
                            },
                        )
                        for day in range(5)
                    ),
                ],
            }
        )
        cls.company.c360_response_hours = 4
        cls.company.c360_step_days = 2

    @classmethod
    def _create_leads(cls, count=1, **values):
        return cls.env["crm.lead"].create(
            [
                {
                    "name": f"Pump {number}",
                    "email_from": f"paula{number}@private.example",
                    "phone": "+32 470 12 34 56",
                    "user_id": cls.user.id,
                    "company_id": cls.company.id,
                    **values,
                }
                for number in range(count)
            ]
        )

    @classmethod
    def _plan(cls, leads, day, summary="Call back", user=None):
        return cls.env["mail.activity"].create(
            [
                {
                    "res_model_id": cls.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
                    "date_deadline": day,
                    "summary": summary,
                    "user_id": (user or cls.user).id,
                }
                for lead in leads
            ]
        )
