from . import test_customer_panels
from . import test_opportunity_fulfilment
