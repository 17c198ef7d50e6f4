from tests.benchmarks.lenet5 import step_flops


def test_flops_of_a_step():
    # Multiplications of an image: 784 positions of 25 * 20, 196 of 25 * 20 * 50, then 2450 * 300 and
    # 3,000: 392,000 + 4,900,000 + 735,000 + 3,000 = 6,030,000. Three times that, less the gradient of
    # the image, 392,000.
    assert step_flops() == 2 * 256 * (3 * 6_030_000 - 392_000)
