"""What is counted; label values are queue names and reason codes, never ids."""

from prometheus_client import Counter, Gauge

HANDLED = Counter("amtsbote_messages_handled", "Messages whose handler succeeded", ["queue"])
RETRIED = Counter("amtsbote_messages_retried", "Messages put aside for another try", ["queue", "reason"])
BURIED = Counter("amtsbote_messages_buried", "Messages moved to a dead queue", ["queue", "reason"])
OUTBOX_AGE = Gauge("amtsbote_outbox_oldest_seconds", "Age of the oldest event not yet confirmed", ["service"])
REPEATED = Counter("amtsbote_events_repeated", "Events announced again, as a queue lacked them", ["queue", "reason"])
GIVEN_UP = Counter("amtsbote_minutes_given_up", "Minutes of events still missing after all repeats", ["queue"])
FORGOTTEN = Counter("amtsbote_broker_forgotten", "Times a service's marker was gone from the broker", ["service"])
