from odoo.tests import HttpCase, tagged

from odoo.addons.survey.tests.common import TestSurveyCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestSurveyLead(TestSurveyCommon, HttpCase):
    def test_a_finished_survey_is_told_from_other_roads(self):
        survey = self.env["survey.survey"].create(
            {
                "title": "What do you build with?",
                "access_mode": "public",
                "users_login_required": False,
                "survey_type": "survey",
                "questions_layout": "page_per_question",
            }
        )
        question = self._add_question(
            None,
            "Material",
            "simple_choice",
            labels=[{"value": "Wood"}, {"value": "Steel"}],
            sequence=1,
            survey_id=survey.id,
        )
        wood = question.suggested_answer_ids[0]
        wood.generate_lead = True
        self.authenticate(None, None)
        self._access_start(survey)
        answer = survey.user_input_ids
        token = answer.access_token
        page = self._access_page(survey, token)
        self._access_begin(survey, token)
        post = self._format_submission_data(
            question, wood.id, {"csrf_token": self._find_csrf_token(page.text)}
        )
        self._access_submit(survey, token, post)
        self.assertEqual(answer.state, "done")
        lead = answer.lead_id
        self.assertEqual(lead.capture_channel, "survey")
        self.assertEqual(lead.source_id.name, survey.title)
        self.assertEqual(lead.medium_id.name, "Survey")
        self.assertFalse(lead.collector_id)
