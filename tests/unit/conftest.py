"""What the unit tests share."""

from hypothesis import settings

# Examples are found anew each time: nothing is written beside the tests, which may lie in a
# folder that this user cannot write.
# No example has a deadline: how long it takes is the machine's affair.
settings.register_profile("spec14", database=None, deadline=None)
settings.load_profile("spec14")
