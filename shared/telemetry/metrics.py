"""What is counted; label values are queue names and reason codes, never ids."""

from prometheus_client import Counter, Gauge

PARTNER_WAITING = Gauge("amtsbote_partner_messages", "Messages that wait in a partner's queue", ["queue"])
HANDLED = Counter("amtsbote_messages_handled", "Messages whose handler succeeded", ["queue"])
RETRIED = Counter("amtsbote_messages_retried", "Messages put aside for another try", ["queue", "reason"])
BURIED = Counter("amtsbote_messages_buried", "Messages moved to a dead queue", ["queue", "reason"])
OUTBOX_AGE = Gauge("amtsbote_outbox_oldest_seconds", "Age of the oldest event not yet confirmed", ["service"])
