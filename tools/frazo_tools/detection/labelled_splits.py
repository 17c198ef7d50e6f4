"""Which splits of a data set have labels."""


def has_labels(split: str) -> bool:
    """Returns whether somebody labelled the scans of a split: all but those of tests, whose labels
    the makers of a data set keep to themselves.
    """
    return "test" not in split
