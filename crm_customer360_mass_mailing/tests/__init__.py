from . import test_mailing_check
from . import test_mailing_consent
from . import test_mailing_exclusion
from . import test_mailing_handover
from . import test_mailing_history
from . import test_mailing_limit
from . import test_mailing_race
from . import test_mailing_segment
