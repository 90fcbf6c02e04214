"""What is counted; label values are queue names and reason codes, never ids."""

from prometheus_client import Counter, Gauge

PARTNER_WAITING = Gauge("amtsbote_partner_messages", "Messages that wait in a partner's queue", ["queue"])
HANDLED = Counter("amtsbote_messages_handled", "Messages whose handler succeeded", ["queue"])
RETRIED = Counter("amtsbote_messages_retried", "Messages put aside for another try", ["queue", "reason"])
BURIED = Counter("amtsbote_messages_buried", "Messages moved to a dead queue", ["queue", "reason"])
OUTBOX_AGE = Gauge("amtsbote_outbox_oldest_seconds", "Age of the oldest event not yet confirmed", ["service"])
ABANDONED = Counter("amtsbote_rounds_abandoned", "Rounds of a loop that did not end when cancelled", ["loop"])
LINES_LOST = Counter("amtsbote_log_lines_lost", "Log lines that could not be written, as on a full disk")
DEAD_LETTERED = Counter(
    "amtsbote_messages_dead_lettered", "Messages the broker moved to a dead queue", ["queue", "reason"]
)
REPEATED = Counter("amtsbote_events_repeated", "Events announced again, as a queue lacked them", ["queue", "reason"])
GIVEN_UP = Counter("amtsbote_minutes_given_up", "Minutes of events still missing after all repeats", ["queue"])
FORGOTTEN = Counter("amtsbote_broker_forgotten", "Times a service's marker was gone from the broker", ["service"])
