"""Which decoded scenes have labels. Only these have scores."""

from collections.abc import Mapping

import numpy as np


class LabelledScenes:
    """Tells scenes with labels from those that nobody labelled, and counts both.

    Attributes:
      labelled, unlabelled: How many there were.
    """

    def __init__(self) -> None:
        self.labelled, self.unlabelled = 0, 0

    def rows(self, outputs: Mapping[str, np.ndarray]) -> list[int]:
        """Counts the scenes of a batch and returns the rows of those with labels.

        Args:
          outputs: The result of DetectionDecoder.decode.
        """
        is_labelled = np.asarray(outputs["labelled"]) != 0
        self.labelled += int(np.count_nonzero(is_labelled))
        self.unlabelled += int(np.count_nonzero(~is_labelled))
        return np.flatnonzero(is_labelled).tolist()

    def metrics(self) -> dict[str, float]:
        """Returns unlabelled_scenes, if there are any."""
        return {"unlabelled_scenes": float(self.unlabelled)} if self.unlabelled else {}

    def signature(self) -> str:
        """Returns the end of a signature, which says how many scenes a score leaves out."""
        if not self.unlabelled:
            return ""
        scenes = "scene" if self.unlabelled == 1 else "scenes"
        return f", {self.unlabelled:,} {scenes} without labels left out"
