"""A labelled set of images in memory."""

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ImageSet:
    """Images and their labels.

    Attributes:
      images: uint8 [n, height, width, channels].
      labels: int32 [n].
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def checksum(self) -> str:
        """Returns the CRC-32 of all images and labels."""
        images = zlib.crc32(np.ascontiguousarray(self.images).data)
        return f"{zlib.crc32(np.ascontiguousarray(self.labels).data, images):08x}"

    def first(self, count: int) -> "ImageSet":
        return ImageSet(self.images[:count], self.labels[:count])
