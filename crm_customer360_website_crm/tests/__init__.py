from . import test_website_lead
