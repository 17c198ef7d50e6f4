"""All models of a server."""

import threading
from collections.abc import Iterable

import grpc
from frazo_tools.serving.model_repository import ModelRepository
from frazo_tools.serving.serving_error import ServingError


class Models:
    """Models by name, which are looked after in a thread."""

    def __init__(self, repositories: Iterable[ModelRepository], poll_seconds: float):
        """Loads nothing.

        Args:
          repositories: The models.
          poll_seconds: Time between two looks for new exports.
        """
        self.by_name = {repository.name: repository for repository in repositories}
        self._poll_seconds = poll_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="model watch")

    def start(self) -> None:
        """Loads what there is, and then looks for new exports."""
        self._refresh()
        self._thread.start()

    @property
    def are_ready(self) -> bool:
        """Whether each model has a version."""
        return all(repository.served() for repository in self.by_name.values())

    def find(self, name: str) -> ModelRepository:
        """Returns a model.

        Raises:
          ServingError: There is none of that name.
        """
        if name not in self.by_name:
            there = ", ".join(sorted(self.by_name))
            raise ServingError(
                grpc.StatusCode.NOT_FOUND, f"there is no model '{name[:100]}'; there is {there}"
            )
        return self.by_name[name]

    def close(self) -> None:
        """Answers the requests that wait, serves nothing any more, and joins the threads."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()
        for repository in self.by_name.values():
            repository.close()

    def _watch(self) -> None:
        while not self._closing.wait(self._poll_seconds):
            self._refresh()

    def _refresh(self) -> None:
        for repository in self.by_name.values():
            repository.refresh()
