from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install", "c360_lead")
class TestEventLead(TransactionCase):
    def _register(self, **values):
        self.env["event.lead.rule"].search([]).active = False
        self.env["event.lead.rule"].create(
            {"name": "Everybody", "lead_creation_trigger": "create"}
        )
        event = self.env["event.event"].create(
            {
                "name": "Open House",
                "date_begin": "2026-05-05 08:00:00",
                "date_end": "2026-05-05 18:00:00",
            }
        )
        registration = self.env["event.registration"].create(
            {
                "event_id": event.id,
                "name": "Gina Guest",
                "email": "gina@guest.example",
                **values,
            }
        )
        return registration.lead_ids

    def test_the_event_is_the_source(self):
        lead = self._register()
        self.assertEqual(lead.capture_channel, "event")
        self.assertEqual(lead.source_id.name, "Open House")
        self.assertEqual(lead.medium_id.name, "Event")

    def test_the_registration_knows_better(self):
        source = self.env["utm.source"].create({"name": "Newsletter"})
        lead = self._register(utm_source_id=source.id)
        self.assertEqual(lead.capture_channel, "event")
        self.assertEqual(lead.source_id, source)
