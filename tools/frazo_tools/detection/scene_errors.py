"""What can be wrong with sets of scans."""


class FolderError(Exception):
    """A folder, a set of files or a split cannot be read at all. str() says what to change."""


class SceneError(Exception):
    """A scene has to be left out.

    Attributes:
      reason: A few words, the same for all of its kind.
      detail: The file, the line or the record, and what is wrong with it.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
