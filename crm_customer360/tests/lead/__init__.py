from . import test_lead_check
from . import test_lead_check_rights
from . import test_lead_intake_origin
from . import test_lead_learn
from . import test_lead_normalise
from . import test_lead_profile
from . import test_lead_recheck
from . import test_lead_set_aside
