from . import test_lead_intake_origin
