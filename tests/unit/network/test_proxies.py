from __future__ import annotations

import pytest

from synthcode.errors import InputError
from synthcode.network.proxies import proxy_for, refuse_unusable_proxies

PROXY = "http://proxy.corp:3128"


@pytest.mark.parametrize(
    ("address", "proxies", "expected"),
    [
        ("http://host/v1", {"http": PROXY}, (PROXY, "HTTP_PROXY")),
        ("https://host/v1", {"http": PROXY}, None),
        ("https://host/v1", {"http": "http://other", "https": PROXY}, (PROXY, "HTTPS_PROXY")),
        ("https://host/v1", {"all": PROXY}, (PROXY, "ALL_PROXY")),
        ("http://host/v1", {"http": "proxy.corp:3128"}, (PROXY, "HTTP_PROXY")),
        ("http://host/v1", {"http": "  "}, None),
        ("http://host/v1", {}, None),
    ],
)
def test_the_variable_for_the_scheme_counts(address, proxies, expected):
    assert proxy_for(address, proxies) == expected


@pytest.mark.parametrize(
    ("exempt", "address", "is_exempt"),
    [
        ("host", "http://host:8000/v1", True),
        ("host", "http://myhost/v1", False),
        ("corp.com", "http://gpu.corp.com/v1", True),
        (".corp.com", "http://gpu.corp.com/v1", True),
        ("*.corp.com", "http://gpu.corp.com/v1", True),
        ("corp.com", "http://notcorp.com/v1", False),
        ("GPU.corp.com", "http://gpu.CORP.com/v1", True),
        ("host:8000", "http://host:8000/v1", True),
        ("host:8000", "http://host:9000/v1", False),
        ("host:443", "https://host/v1", True),
        ("localhost 127.0.0.1", "http://127.0.0.1:8000/v1", True),
        ("a, 10.0.0.0/8", "http://10.1.2.3/v1", True),
        ("10.0.0.0/8", "http://11.1.2.3/v1", False),
        ("10.0.0.0/8", "http://host/v1", False),
        ("::1", "http://[::1]:8000/v1", True),
        ("[::1]:8000", "http://[::1]:8000/v1", True),
        ("fd00::/8", "http://[fd00::5]/v1", True),
        ("http://host:8000/", "http://host:8000/v1", True),
        ("http://host:8000/v1", "http://host:9000/v1", False),
        ("host/", "http://host/v1", True),
        ("10.0.0.0/255.0.0.0", "http://10.1.2.3/v1", True),
        ("10.*", "http://10.1.2.3/v1", True),
        ("gpu-*.corp:8000", "http://gpu-3.corp:8000/v1", True),
        ("gpu-*", "http://my-gpu-3/v1", False),
        ("a.corp;b.corp", "http://b.corp/v1", True),
        ("*", "http://host/v1", True),
        (",", "http://host/v1", False),
    ],
)
def test_no_proxy_exempts_hosts_domains_ports_and_networks(exempt, address, is_exempt):
    found = proxy_for(address, {"http": PROXY, "https": PROXY, "no": exempt})
    assert (found is None) is is_exempt


@pytest.mark.parametrize(
    "value", ["socks5://proxy:1080", "socks5h://proxy:1080", "ftp://proxy", "http://", "http://h:x"]
)
def test_a_proxy_that_cannot_be_used_is_refused_in_two_lines(value):
    for refuse in (lambda known: proxy_for("https://host/v1", known), refuse_unusable_proxies):
        with pytest.raises(InputError, match="ALL_PROXY") as caught:
            refuse({"all": value})
        assert len(str(caught.value).splitlines()) == 2
    assert proxy_for("https://host/v1", {"all": value, "no": "host"}) is None


def test_the_password_of_a_proxy_is_not_shown():
    with pytest.raises(InputError) as caught:
        proxy_for("https://host/v1", {"all": "socks5://me:hunter22@proxy:1080"})
    assert "hunter22" not in str(caught.value)
    assert "socks5://proxy:1080" in str(caught.value)
    assert str(proxy_for("https://host/v1", {"all": "http://me:pw@proxy"})) == "the proxy http://proxy (ALL_PROXY)"
