"""Settings of all tests."""

from hypothesis import settings

# The first call imports scipy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
