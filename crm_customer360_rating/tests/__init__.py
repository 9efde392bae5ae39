from . import test_contact_satisfaction
