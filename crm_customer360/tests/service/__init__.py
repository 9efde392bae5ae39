from . import test_complaint
from . import test_customer_panel_ticket
from . import test_customer_panel_ticket_trend
from . import test_customer_churn_signs
from . import test_ticket_handover
