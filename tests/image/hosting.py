"""nginx and Caddy, in an image of their own, with what ``spec14 serve --export`` writes."""

import http.client
import time
from pathlib import Path
from typing import Final

from docker.models.containers import Container

PORTS: Final = {"ours": 8000, "nginx": 8081, "caddy": 8082}
PUBLISHED: Final = {f"{port}/tcp": ("127.0.0.1", None) for port in PORTS.values()}
"""Any free port of this machine for each."""
HOSTS: Final = "spec14-hosts"
CONF: Final = "/conf"
NGINX: Final = """\
load_module modules/ngx_http_zstd_static_module.so;
load_module modules/ngx_http_brotli_static_module.so;
daemon off;
pid /tmp/nginx.pid;
error_log stderr;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    include /conf/site.conf;
}
"""
NGINX_COMMAND: Final = ("nginx", "-c", f"{CONF}/nginx.conf", "-e", "stderr")
CADDY_COMMAND: Final = ("caddy", "run", "--config", f"{CONF}/Caddyfile", "--adapter", "caddyfile")


def nginx_conf(folder: Path, exported: str) -> None:
    """Write what nginx needs around an exported site, with the modules of Debian's packages."""
    (folder / "nginx.conf").write_text(NGINX)
    with_modules = exported.replace("# brotli_static", "brotli_static")
    (folder / "site.conf").write_text(with_modules.replace("# zstd_static", "zstd_static"))
    folder.chmod(0o755)


def caddyfile(folder: Path, exported: str) -> None:
    """Write what Caddy needs: what was exported."""
    (folder / "Caddyfile").write_text(exported)
    folder.chmod(0o755)


def ports_of(container: Container, server: str) -> dict[str, int]:
    """Give the ports on this machine, once somebody answers there."""
    container.reload()
    ports = {
        name: int(container.ports[f"{PORTS[name]}/tcp"][0]["HostPort"]) for name in ("ours", server)
    }
    end = time.monotonic() + 30
    for port in ports.values():
        while not answers(port):
            assert time.monotonic() < end, container.logs().decode()
            time.sleep(0.1)
    return ports


def answers(port: int) -> bool:
    """Tell whether an HTTP server answers."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", "/")
        return link.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
