"""The configuration that is written for real servers; `tests/image` runs it."""

from pathlib import Path

import pytest

from toolkit.errors import ServeFailed
from toolkit.serve.address import base_path
from toolkit.serve.caddy import caddy
from toolkit.serve.headers import HASHED, PROFILES
from toolkit.serve.hosting import Hosting
from toolkit.serve.media import MEDIA_TYPES
from toolkit.serve.nginx import nginx

WRITERS = {"nginx": nginx, "caddy": caddy}


def hosting(profile: str = "isolated", base: str = "/") -> Hosting:
    """Give a site on a host."""
    return Hosting(site=Path("/srv/docs"), base=base, profile=PROFILES[profile])


@pytest.mark.parametrize("server", list(WRITERS))
@pytest.mark.parametrize("profile", list(PROFILES))
def test_every_header_type_and_pattern_is_in_it(server: str, profile: str) -> None:
    text = WRITERS[server](hosting(profile))
    for name, value in PROFILES[profile].headers:
        assert f'{name} "{value}"' in text
    assert "nosniff" in text
    assert "/srv/docs" in text
    assert all(pattern in text for pattern in HASHED)
    for suffix, kind in MEDIA_TYPES.items():
        assert kind in text
        assert suffix.removeprefix(".") in text


@pytest.mark.parametrize("server", list(WRITERS))
def test_what_a_profile_does_not_send_is_not_in_it(server: str) -> None:
    assert "Cross-Origin" not in WRITERS[server](hosting("pages"))


@pytest.mark.parametrize("folder", ["/srv/my docs", "/srv/a;b", "/srv/{x}", "/srv/a\nb", "srv"])
def test_folders_that_could_be_read_as_something_else(folder: str) -> None:
    with pytest.raises(ServeFailed):
        Hosting(site=Path(folder), base="/", profile=PROFILES["pages"])


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("/", "/"),
        ("", "/"),
        ("project/en/stable", "/project/en/stable/"),
        ("/project//en/", "/project/en/"),
        ("/~user/1.0+dev/", "/~user/1.0+dev/"),
    ],
)
def test_base_paths(given: str, base: str) -> None:
    assert base_path(given) == base


@pytest.mark.parametrize("given", ["/a/../b", "/a b/", "/a?b", "/a#b", "/%2e", "/a;b/", "/./"])
def test_what_is_no_base_path(given: str) -> None:
    with pytest.raises(ServeFailed) as caught:
        base_path(given)
    assert "/project/en/stable/" in caught.value.do


def test_an_address_of_the_sixth_version() -> None:
    site = Hosting(site=Path("/srv"), base="/", profile=PROFILES["pages"], listen="[::1]:8080")
    assert "listen [::1]:8080;" in nginx(site)
    assert "http://:8080 {\n\tbind ::1\n" in caddy(site)
