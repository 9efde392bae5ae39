from . import c360_customer_panel_ticket
