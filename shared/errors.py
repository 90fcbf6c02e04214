"""The few errors that mean something to every service."""


class PermanentError(Exception):
    """Trying again cannot help: the message goes to the dead queue, in front of a person."""

    def __init__(self, code: str) -> None:
        """Keep `code`, a short machine-readable reason such as `page.missing`; never personal data."""
        super().__init__(code)
        self.code = code


class UnavailableError(Exception):
    """A server we depend on did not answer: worth another try, and not the message's fault."""


class NotYetError(Exception):
    """An event came before the one it builds on, for no order is promised: it waits until that one was handled."""

    code = "event.early"


class TurnError(NotYetError):
    """Somebody has more at work than their share: others go first, and the event comes again when they had a turn."""

    code = "turn.waits"


class PublishError(UnavailableError):
    """The broker did not confirm a message; it stays in the outbox, or its original unacknowledged."""


class NotTakenError(PublishError):
    """The broker answered, and did not take a message: a queue it goes to is full, or there is none."""


class DeadlineError(Exception):
    """A handler took longer than it may; its message is tried again, a few times."""


class AlreadyHandledError(Exception):
    """This consumer has already recorded the effect of this event; the copy is acknowledged and dropped."""
