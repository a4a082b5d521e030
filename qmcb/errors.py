"""The errors that a person at the keyboard is meant to read, each in one line."""


class InputError(Exception):
    """Something from outside is not as expected.

    The message is one line: what was expected, what was found, what to do. It never holds a
    number, a name or a phone of a person. The command line prints it and exits with 2.
    """

    def __init__(self, expected: str, found: str, todo: str) -> None:
        super().__init__(" ".join(f"expected {expected}; found {found}; {todo}".split()))


class BalanceError(Exception):
    """A balance line does not balance: rows or people got lost on the way."""


class RunError(Exception):
    """A report could not be made; the message is one line that says why."""


class BusyError(RunError):
    """Another run of the same plan is under way."""
