from frazo.scores.weighted_means import WeightedMeans


def test_means_are_weighted():
    means = WeightedMeans()
    # (2 with weight 1) and (5 with weight 3): 17 / 4.
    means.add({"x": 2.0}, {"x": 1.0})
    means.add({"x": 15.0}, {"x": 3.0})
    assert means.means() == {"x": 4.25}


def test_a_mean_without_weight_is_left_out_and_names_are_sorted():
    means = WeightedMeans()
    means.add({"b": 1.0, "a": 4.0, "c": 0.0}, {"b": 1.0, "a": 2.0, "c": 0.0})
    assert list(means.means().items()) == [("a", 2.0), ("b", 1.0)]
