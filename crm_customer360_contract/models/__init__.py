from . import c360_customer_handover
from . import c360_customer_panel_contract
from . import c360_pool
from . import c360_pool_rule
from . import contract_contract
from . import contract_line
