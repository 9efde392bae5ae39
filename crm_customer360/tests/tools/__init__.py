from . import test_tools_doctests
