from . import contact_preference
