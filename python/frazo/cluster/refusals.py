"""Why the coordination of a run refuses a call. str() of each is the text for the caller."""


class Refusal(Exception):
    """The base of all."""


class NotRegistered(Refusal):
    """The controller does not know the caller: it registers again."""


class CannotBelong(Refusal):
    """The caller is no member of the run, and its next attempt will be none."""


class MakesNoSense(Refusal):
    """The message breaks the rules of its fields."""


class GenerationEnded(Refusal):
    """The generation on whose behalf the caller acts has ended."""


class BarrierTimedOut(Refusal):
    """Some did not come to a barrier in time."""


class NotNow(Refusal):
    """It cannot be decided now: the caller asks again."""
