# Odoo's loader does not look into packages: every room has to be unpacked here.
# ``test_architecture`` fails when a test file is not loaded.
from .care import *  # noqa: F403
from .contact import *  # noqa: F403
from .customer import *  # noqa: F403
from .lead import *  # noqa: F403
from .opportunity import *  # noqa: F403
from .pool import *  # noqa: F403
from .service import *  # noqa: F403
from .tools import *  # noqa: F403
from . import test_architecture
from . import test_lead_to_care_tour
from . import test_translations
