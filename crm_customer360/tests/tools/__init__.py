from . import test_contact_cap
from . import test_customer_value_published
from . import test_lead_match
from . import test_tools_doctests
