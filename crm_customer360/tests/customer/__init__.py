from . import test_c360_customer_event
from . import test_c360_customer_lifecycle
from . import test_c360_customer_profile
from . import test_c360_customer_segment
from . import test_customer_access
from . import test_customer_audit
from . import test_customer_concurrency
from . import test_customer_documents
from . import test_customer_header
from . import test_customer_loss
from . import test_customer_loss_rights
from . import test_customer_merge
from . import test_customer_page
from . import test_customer_page_tour
from . import test_customer_panel_profile
from . import test_customer_refund
from . import test_customer_rights
from . import test_customer_settings
from . import test_customer_timeline
<<<<<<< HEAD
from . import test_customer_timeline_filter
=======
from . import test_customer_refund
from . import test_customer_value
from . import test_customer_score
>>>>>>> 0e6dd78 ([ADD] crm_customer360: fill margin, cost to serve, payments, scores and tiers)
