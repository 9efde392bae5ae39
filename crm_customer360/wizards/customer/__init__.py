from . import c360_customer_segment_add
from . import c360_customer_merge_choice
