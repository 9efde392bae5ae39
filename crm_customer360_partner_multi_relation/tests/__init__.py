from . import test_customer_relation
from . import test_customer_relation_merge
