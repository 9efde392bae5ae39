from . import contact_preference
from . import lead_import
