from . import test_care_flow
from . import test_care_message
from . import test_care_panel
from . import test_care_pool
from . import test_care_race
from . import test_care_rights
from . import test_care_rule
from . import test_care_task
