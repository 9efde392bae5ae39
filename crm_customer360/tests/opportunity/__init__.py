from . import test_customer_panels
