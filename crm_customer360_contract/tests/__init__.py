from . import test_contract_handover
from . import test_customer_panel_contract
from . import test_pool_contract
