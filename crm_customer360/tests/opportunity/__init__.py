from . import test_customer_panel_money
from . import test_customer_panel_product
from . import test_customer_panel_quote
from . import test_customer_panel_return
from . import test_customer_panels
from . import test_opportunity_fulfilment
