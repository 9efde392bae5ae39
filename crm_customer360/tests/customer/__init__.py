from . import test_customer_page
from . import test_customer_timeline
from . import test_customer_page_tour
