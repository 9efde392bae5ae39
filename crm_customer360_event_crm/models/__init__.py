from . import c360_customer_handover
from . import c360_lead_intake_mixin
from . import event_registration
