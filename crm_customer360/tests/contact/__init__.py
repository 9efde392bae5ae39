from . import test_contact_call
from . import test_contact_gate
from . import test_contact_mail
from . import test_contact_panel
from . import test_contact_policy
from . import test_contact_race
from . import test_contact_rights
from . import test_contact_sms
