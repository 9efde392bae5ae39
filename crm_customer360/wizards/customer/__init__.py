from . import c360_customer_segment_add
