from . import c360_customer_panel_money
from . import c360_customer_panel_opportunity
from . import c360_customer_panel_order
from . import c360_customer_panel_product
from . import c360_customer_panel_quote
from . import c360_customer_panel_receivable
from . import c360_customer_panel_return
from . import c360_opportunity_fulfilment
