"""Settings under which a test sees within seconds what otherwise takes hours."""

from ipaddress import IPv4Network

from services.notify.settings import NotifySettings

# Tries within seconds; a supplier's server has four seconds to answer.
QUICK = NotifySettings(
    delays_s=(0, 0.2, 0.2, 0.2),
    refused_tries=2,
    answer_within_s=4,
    lease_s=10,
    look_every_s=0.05,
    allowed_networks=(IPv4Network("127.0.0.0/8"),),
)

# No night, so that the tests pass at any hour; what belongs together comes within half a second.
AWAKE = QUICK.model_copy(update={"gather_s": 0.5, "apart_s": 0, "night_from_h": 0, "night_until_h": 0})
