"""The error of a conversion that cannot be exact."""


class ConversionError(Exception):
    """One form of a tokenizer cannot be written in the other one. str() says what, where and what
    to do.
    """
