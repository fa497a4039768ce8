"""
A line
======

It is drawn with letters.
"""

import pictures

print(pictures.draw(5))

# %%
# And a longer one.

print(pictures.draw(50))
