"""Which addresses of push subscriptions are taken."""

from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.push_services import BROWSERS, PushServices

SERVICES = PushServices()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://fcm.googleapis.com/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/abc",
        "https://web.push.apple.com:443/abc",
        "https://FCM.googleapis.com/fcm/send/abc",
    ],
)
def test_every_browser_can_be_told(endpoint: str) -> None:
    """Chrome, Edge, Firefox and Safari are known without a setting."""
    assert SERVICES.service_of(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com:0/abc",
        "https://fcm.googleapis.com:x/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com@10.0.0.1/abc",
        "https://10.0.0.1\\@fcm.googleapis.com/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://fcm.googleapis.com./abc",
        "https://evil.example/fcm.googleapis.com",
        "https://evil.example#.push.apple.com",
        "https://evil.example?.push.apple.com",
        "https://127.0.0.1/admin",
        "https://[::1]/admin",
        "https://[::1/admin",
        "https:///abc",
        "https://push.apple.com\t.evil.example/",
        "ftp://fcm.googleapis.com/abc",
        "",
    ],
)
def test_no_other_address_is_a_push_service(endpoint: str) -> None:
    """Neither another port, nor a name that only looks like it, nor an address inside is taken."""
    assert not SERVICES.service_of(endpoint)


def test_a_trial_reaches_its_origin_and_no_other_port() -> None:
    """A push server of a test is named whole: the machine it runs on is not opened with it."""
    trial = PushServices(trial_origins=("http://127.0.0.1:9000",))
    assert trial.service_of("http://127.0.0.1:9000/hook")
    assert not trial.service_of("http://127.0.0.1:9001/hook")
    assert not trial.service_of("https://127.0.0.1:9000/hook")
    assert not trial.service_of("http://x@127.0.0.1:9000/hook")


@given(st.text(st.sampled_from("htps:/.@\\?#[]%abc0 \t" + "。"), max_size=12), st.sampled_from(BROWSERS))
def test_who_sends_reads_an_address_as_who_judges(odd: str, host: str) -> None:
    """The host that was judged is the host that is asked, however odd the address is written."""
    for endpoint in (f"https://{odd}{host}/", f"https://{host}{odd}/", f"https:{odd}//{host}/"):
        if SERVICES.service_of(endpoint):
            assert httpx.URL(endpoint).host == urlsplit(endpoint).hostname
            assert httpx.URL(endpoint).host.endswith(host)
