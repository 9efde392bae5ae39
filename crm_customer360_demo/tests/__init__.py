from . import test_demo_story
from . import test_demo_contacts
from . import test_demo_customers
from . import test_demo_leads
