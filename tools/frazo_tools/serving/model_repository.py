"""The versions of one model: loads new ones from the disk and retires old ones."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import grpc
from frazo.program.console import Console
from frazo_tools.serving.served_model import ServedModel
from frazo_tools.serving.serving_error import ServingError
from frazo_tools.serving.version_folders import VersionFolder, version_folders

_OK = ServingError(grpc.StatusCode.OK, "")
# States of versions that are gone are forgotten beyond so many.
_MOST_STATES = 100


class VersionState(NamedTuple):
    """What became of a version.

    Attributes:
      state: A name of ModelVersionStatus.State: LOADING, AVAILABLE, UNLOADING or END.
      error: Why it could not be loaded; with code OK if it could.
    """

    state: str
    error: ServingError = _OK


class _Served(NamedTuple):
    model: ServedModel
    folder: VersionFolder


class ModelRepository:
    """Serves the newest versions below a base path. Thread-safe, but for refresh() and close()."""

    def __init__(
        self,
        name: str,
        base: Path,
        num_versions: int,
        load: Callable[[Path], ServedModel],
        console: Console,
    ):
        """Loads nothing.

        Args:
          name: The model's.
          base: Its base path; see version_folders().
          num_versions: How many versions are served at the same time, the newest.
          load: Loads an export; raises ServingError if it is broken.
          console: For what happens.
        """
        self.name = name
        self.base = base
        self._num_versions = num_versions
        self._load = load
        self._console = console
        self._lock = threading.Lock()
        self._served: dict[int, _Served] = {}
        self._states: dict[int, VersionState] = {}
        # The folders that could not be loaded as they are.
        self._broken: set[VersionFolder] = set()

    def find(self, version: int | None = None) -> tuple[int, ServedModel]:
        """Returns a version and its number.

        Args:
          version: The number; None: the newest.

        Raises:
          ServingError: It is not served.
        """
        with self._lock:
            if version is None and self._served:
                version = max(self._served)
            if version in self._served:
                return version, self._served[version].model
            served = ", ".join(map(str, sorted(self._served)))
        if not served:
            raise ServingError(
                grpc.StatusCode.UNAVAILABLE,
                f"model '{self.name}' has no version yet: no export below its base path was loaded",
            )
        raise ServingError(
            grpc.StatusCode.NOT_FOUND,
            f"model '{self.name}' has no version {version}; it has {served}",
        )

    def served(self) -> dict[int, ServedModel]:
        """Returns the versions that answer requests."""
        with self._lock:
            return {version: served.model for version, served in self._served.items()}

    def states(self) -> dict[int, VersionState]:
        """Returns what became of each version."""
        with self._lock:
            return dict(self._states)

    def refresh(self) -> None:
        """Looks for exports, loads the new ones, and then retires those that they replace.

        A broken export is told once, and left alone until it changes. The last version is not
        retired before there is another.
        """
        folders = version_folders(self.base)
        wanted: dict[int, _Served] = {}
        for folder in folders:
            if len(wanted) < self._num_versions and (served := self._served_of(folder)):
                wanted[folder.version] = served
        self._broken &= set(folders)
        if wanted:
            self._replace(wanted)

    def close(self) -> None:
        """Answers the requests that wait, and serves nothing any more."""
        self._replace({})

    def _served_of(self, folder: VersionFolder) -> _Served | None:
        """Returns a version as it is on the disk, or as it is served if that is broken."""
        served = self._served.get(folder.version)
        if folder in self._broken or (served is not None and served.folder == folder):
            return served
        if served is None:
            self._tell_state(folder.version, VersionState("LOADING"))
        try:
            model = self._load(folder.path)
        except ServingError as error:
            self._broken.add(folder)
            stays = "the one before stays" if served else "it is not served"
            self._console.warning(
                f"model {self.name}: version {folder.version} in {folder.path} cannot be loaded, "
                f"{stays}: {error}"
            )
            if served is None:
                self._tell_state(folder.version, VersionState("END", error))
            return served
        return _Served(model, folder)

    def _replace(self, wanted: dict[int, _Served]) -> None:
        with self._lock:
            before, self._served = self._served, wanted
            retired = [served for served in before.values() if served not in wanted.values()]
            for served in retired:
                self._states[served.folder.version] = VersionState("UNLOADING")
            for version in wanted:
                self._states[version] = VersionState("AVAILABLE")
        for version, served in wanted.items():
            if before.get(version) is not served:
                self._console.line(
                    f"model {self.name}: version {version} serves from {served.folder.path}"
                )
        for served in retired:
            served.model.close()
            version = served.folder.version
            if version not in wanted:
                self._tell_state(version, VersionState("END"))
                self._console.line(f"model {self.name}: version {version} is retired")

    def _tell_state(self, version: int, state: VersionState) -> None:
        with self._lock:
            self._states[version] = state
            for old in sorted(self._states):
                if len(self._states) > _MOST_STATES and self._states[old].state == "END":
                    del self._states[old]
