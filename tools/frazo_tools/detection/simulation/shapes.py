"""Convex shapes, and where rays meet them.

Every ray begins in one point, the sensor. A shape is met where a ray enters it. All shapes are
intersections of simpler ones, so that a ray is inside from the last entry to the first exit.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

# A direction that is as good as parallel to a plane.
_PARALLEL = 1e-12


class Material(NamedTuple):
    """What a surface does with light.

    Attributes:
      reflectance: The share that comes back from a surface at right angles, 0 to 1.
      loss: The probability that nothing comes back although the surface is near: of glass, leaves.
    """

    reflectance: float
    loss: float = 0.0


class Shape(Protocol):
    """Something convex of one material."""

    @property
    def material(self) -> Material: ...

    def meet(self, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns where rays enter the shape.

        Args:
          origin: The point where all rays begin, [3]. It is outside of the shape.
          rays: Unit vectors, [rays, 3].

        Returns:
          The distances, [rays], inf for rays that pass by; and the cosines of the angles between
          rays and normals, [rays], 0 to 1.
        """
        ...


class Polyhedron(NamedTuple):
    """The points on the inner side of all of some planes.

    Attributes:
      normals: Unit vectors that point outwards, [planes, 3].
      offsets: A point p is inside if normals @ p <= offsets, [planes].
      material: What it is made of.
    """

    normals: np.ndarray
    offsets: np.ndarray
    material: Material

    def meet(self, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slopes = rays @ self.normals.T
        slopes[np.abs(slopes) < _PARALLEL] = _PARALLEL
        crossings = (self.offsets - self.normals @ origin) / slopes
        entries = np.where(slopes < 0, crossings, -np.inf)
        exits = np.where(slopes > 0, crossings, np.inf).min(1)
        faces = entries.argmax(1)
        rows = np.arange(len(rays))
        near = entries[rows, faces]
        hits = (near > 0) & (near < exits)
        return np.where(hits, near, np.inf), np.where(hits, -slopes[rows, faces], 0)


class Ellipsoid(NamedTuple):
    """An ellipsoid.

    Attributes:
      center: [3].
      matrix: Turns offsets from the centre into those of a ball of radius 1, [3, 3].
      material: What it is made of.
    """

    center: np.ndarray
    matrix: np.ndarray
    material: Material

    def meet(self, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start, steps = self.matrix @ (origin - self.center), rays @ self.matrix.T
        near, _ = _quadric(start, steps)
        hits = np.isfinite(near) & (near > 0)
        points = start + np.where(hits, near, 0)[:, np.newaxis] * steps
        return np.where(hits, near, np.inf), _cosines(points @ self.matrix, rays, hits)


class Cylinder(NamedTuple):
    """A cylinder with flat ends.

    Attributes:
      center: [3].
      matrix: Turns offsets from the centre into those of a cylinder around z of radius 1, with its
        ends at -1 and 1, [3, 3].
      material: What it is made of.
    """

    center: np.ndarray
    matrix: np.ndarray
    material: Material

    def meet(self, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start, steps = self.matrix @ (origin - self.center), rays @ self.matrix.T
        side, side_exit = _quadric(start[:2], steps[:, :2])
        rises = np.where(np.abs(steps[:, 2]) < _PARALLEL, _PARALLEL, steps[:, 2])
        end = (-np.sign(rises) - start[2]) / rises
        end_exit = (np.sign(rises) - start[2]) / rises
        near = np.maximum(side, end)
        hits = (near > 0) & (near < np.minimum(side_exit, end_exit))
        normals = start + np.where(hits, near, 0)[:, np.newaxis] * steps
        at_end = end > side
        normals[at_end, :2] = 0
        normals[~at_end, 2] = 0
        return np.where(hits, near, np.inf), _cosines(normals @ self.matrix, rays, hits)


def _quadric(start: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns where rays enter and leave the ball (or circle) of radius 1: inf and -inf for rays
    that pass by.
    """
    square = np.maximum((steps * steps).sum(1), _PARALLEL)
    half = steps @ start
    discriminant = half * half - square * (start @ start - 1)
    root = np.sqrt(np.maximum(discriminant, 0))
    passes = discriminant <= 0
    return (
        np.where(passes, np.inf, (-half - root) / square),
        np.where(passes, -np.inf, (-half + root) / square),
    )


def _cosines(normals: np.ndarray, rays: np.ndarray, hits: np.ndarray) -> np.ndarray:
    lengths = np.maximum(np.sqrt((normals * normals).sum(1)), _PARALLEL)
    return np.where(hits, np.clip(-(normals * rays).sum(1) / lengths, 0, 1), 0)


def block(low: np.ndarray, high: np.ndarray, material: Material) -> Polyhedron:
    """Returns the box from one corner to the opposite one, each [3]."""
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    return Polyhedron(normals, np.concatenate([np.asarray(high), -np.asarray(low)]), material)


def frustum(
    low: np.ndarray, high: np.ndarray, slants: tuple[float, float, float], material: Material
) -> Polyhedron:
    """Returns a block that becomes narrower towards its top.

    Args:
      low: The corner behind, right and below, [3].
      high: The opposite corner of the base, at the height of the top, [3].
      slants: How far the top begins inside of the base: in front, behind, at each side.
      material: What it is made of.
    """
    whole = block(low, high, material)
    rise = high[2] - low[2]
    normals = whole.normals.copy()
    front, behind, side = slants
    normals[[0, 3, 1, 4], 2] = np.array([front, behind, side, side]) / rise
    lengths = np.linalg.norm(normals, axis=1)
    # The planes go through the edges of the base.
    offsets = whole.offsets + normals[:, 2] * np.array([1, 1, 0, 1, 1, 0]) * low[2]
    return Polyhedron(normals / lengths[:, np.newaxis], offsets / lengths, material)


def upright(
    center: tuple[float, float],
    radii: tuple[float, float],
    ends: tuple[float, float],
    material: Material,
) -> Cylinder:
    """Returns a standing cylinder with the radii along x and y, from a height to another."""
    bottom, top = ends
    matrix = np.diag([1 / radii[0], 1 / radii[1], 2 / (top - bottom)])
    return Cylinder(np.array([*center, (bottom + top) / 2]), matrix, material)


def wheel(center: np.ndarray, radius: float, width: float, material: Material) -> Cylinder:
    """Returns a cylinder whose axis is y."""
    # The last row is along the axis.
    matrix = np.array([[1 / radius, 0, 0], [0, 0, 1 / radius], [0, 2 / width, 0]])
    return Cylinder(np.asarray(center), matrix, material)


def ellipsoid(
    center: np.ndarray, radii: tuple[float, float, float], material: Material, lean: float = 0.0
) -> Ellipsoid:
    """Returns an ellipsoid whose top is turned forward by `lean` radians."""
    cosine, sine = np.cos(lean), np.sin(lean)
    turned = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
    return Ellipsoid(np.asarray(center), turned / np.array(radii)[:, np.newaxis], material)
