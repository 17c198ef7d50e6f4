"""C++ targets with Frazo's language version and warnings, also when an outside workspace builds them."""

COPTS = [
    "-std=c++17",
    "-Wall",
    "-Wextra",
    "-Wno-sign-compare",
    "-Werror=return-type",
    "-Werror=unused-result",
]

def frazo_cc_library(name, copts = [], **kwargs):
    """A cc_library.

    Args:
      name: as in cc_library.
      copts: added to Frazo's own.
      **kwargs: as in cc_library.
    """
    native.cc_library(name = name, copts = COPTS + copts, **kwargs)

def frazo_cc_binary(name, copts = [], **kwargs):
    """A cc_binary.

    Args:
      name: as in cc_binary.
      copts: added to Frazo's own.
      **kwargs: as in cc_binary.
    """
    native.cc_binary(name = name, copts = COPTS + copts, **kwargs)

def frazo_cc_test(name, copts = [], deps = [], size = "small", **kwargs):
    """A cc_test on GoogleTest, with its main and GoogleMock.

    Args:
      name: as in cc_test.
      copts: added to Frazo's own.
      deps: as in cc_test; GoogleTest is added.
      size: as in cc_test.
      **kwargs: as in cc_test.
    """
    native.cc_test(
        name = name,
        size = size,
        copts = COPTS + copts,
        deps = deps + [Label("//third_party:gtest_main")],
        **kwargs
    )
