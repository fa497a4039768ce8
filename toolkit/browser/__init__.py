"""A real browser before a built site.

:mod:`~toolkit.browser.session` opens a browser that can reach the site and nothing else, and
takes note of what goes wrong in it; :mod:`~toolkit.browser.notebook` drives a notebook of
JupyterLite; :mod:`~toolkit.browser.pages` drives the pages that open one.
"""
