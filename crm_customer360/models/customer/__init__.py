from . import c360_customer_event
from . import c360_customer_timeline
from . import c360_customer_panel
from . import c360_customer_panel_message
from . import c360_customer_panel_profile
from . import c360_customer_page
from . import c360_customer_page_mixin
