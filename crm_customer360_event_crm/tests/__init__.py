from . import test_event_handover
from . import test_event_lead
