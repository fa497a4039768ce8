"""The JupyterLite site: application, Pyodide distribution, kernel, contents.

Only this package knows JupyterLite's configuration keys (:mod:`~toolkit.lite.config`).
:mod:`~toolkit.lite.site` puts a site together from three layers: the application, which
depends on versions and configuration only and is kept from run to run
(:mod:`~toolkit.lite.application`); the runtime and the wheels with their lock
(:mod:`~toolkit.lite.distribution`, the kernel's own wheels from :mod:`~toolkit.lite.kernel`);
the notebooks (:mod:`~toolkit.lite.contents`). Kernels of conda packages are put into the
application (:mod:`~toolkit.lite.xeus`). :mod:`toolkit.check` looks at what was
built before anyone else does.
"""
