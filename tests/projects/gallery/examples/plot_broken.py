"""
Not in a browser
================

It wants a thread.
"""

import threading

threading.Thread(target=print).start()
