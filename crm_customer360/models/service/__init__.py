from . import c360_contact_call
from . import c360_contact_gate
from . import c360_contact_history
from . import c360_customer_cost
from . import c360_customer_panel_ticket
from . import c360_service_complaint_mixin
from . import c360_service_opening_mixin
from . import c360_customer_segment
