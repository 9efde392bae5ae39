from . import test_tools_doctests
from . import test_contact_cap
