from . import c360_customer_event
