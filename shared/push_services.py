"""Browsers' push services: the only hosts that a subscription may lead to, since strangers make subscriptions up."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

# Google: chrome/browser/push_messaging/push_messaging_constants.h of Chromium. Mozilla: the autopush documentation,
# updates.push.services.mozilla.com. Microsoft: "WNS overview" asks servers to accept *.notify.windows.com alone.
# Apple: "Sending web push notifications in web apps and browsers" asks servers to allow *.push.apple.com.
BROWSERS = ("fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com")
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class PushServices:
    """The push services that an operator lets browsers name.

    Attributes:
        hosts: each is a host, and stands for every host below it.
        trial_origins: further ones by scheme, host and port, on this machine too; for tests.
    """

    hosts: tuple[str, ...] = BROWSERS
    trial_origins: tuple[str, ...] = ()

    def service_of(self, endpoint: str) -> str | None:
        """Return the name of the service that a subscription's address leads to; none if it is not known.

        It is known by https, the usual port, and a host in `hosts` or below one: that one is the name.
        """
        url = _parsed(endpoint)
        if url is None or "@" in url.netloc:
            return None
        if f"{url.scheme}://{url.netloc}" in self.trial_origins:
            return url.netloc
        if url.scheme != "https" or url.port not in (None, HTTPS_PORT):
            return None
        host = url.hostname or ""
        return next((known for known in self.hosts if host == known or host.endswith(f".{known}")), None)


def _parsed(endpoint: str) -> SplitResult | None:
    """Return the parts of an address, or nothing if they are not clear; backslashes and spaces are read differently."""
    if any(letter == "\\" or not "!" <= letter <= "~" for letter in endpoint):
        return None
    try:
        url = urlsplit(endpoint)
        _ = url.port  # raises for a port that is none
    except ValueError:
        return None
    return url
