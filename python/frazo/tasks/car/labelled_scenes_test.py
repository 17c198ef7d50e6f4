import numpy as np
from frazo.tasks.car.labelled_scenes import LabelledScenes


def test_scenes_with_labels_are_told_apart_and_counted():
    scenes = LabelledScenes()
    assert scenes.rows({"labelled": np.array([1, 0, 1], np.int32)}) == [0, 2]
    assert scenes.rows({"labelled": np.array([0, 0], np.int32)}) == []
    assert (scenes.labelled, scenes.unlabelled) == (2, 3)
    assert scenes.metrics() == {"unlabelled_scenes": 3}
    assert scenes.signature() == ", 3 scenes without labels left out"


def test_where_all_have_labels_nothing_is_said():
    scenes = LabelledScenes()
    assert scenes.rows({"labelled": np.array([1], np.int32)}) == [0]
    assert (scenes.metrics(), scenes.signature()) == ({}, "")


def test_one_is_one():
    scenes = LabelledScenes()
    scenes.rows({"labelled": np.array([0], np.int32)})
    assert scenes.signature() == ", 1 scene without labels left out"
