from . import test_customer_relation
