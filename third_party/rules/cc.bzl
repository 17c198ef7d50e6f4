"""C++ targets with Frazo's language version and warnings, also when an outside workspace builds them."""

load(":precompiled_header.bzl", "with_precompiled_header")

COPTS = [
    "-std=c++17",
    "-Wall",
    "-Wextra",
    "-Wno-sign-compare",
    "-Werror=return-type",
    "-Werror=unused-result",
]

def _has_own_options(copts, deps):
    """Whether GCC 12 would break on a precompiled header: its options must be those of the file.

    They are others by copts, or by the pragmas of vector code.
    """
    return bool(copts) or bool([dep for dep in deps if dep.endswith(":vector_targets")])

def frazo_cc_library(name, copts = [], **kwargs):
    """A cc_library.

    Args:
      name: as in cc_library.
      copts: added to Frazo's own.
      **kwargs: as in cc_library.
    """
    has_own_options = _has_own_options(copts, kwargs.get("deps", []))
    kwargs = dict(kwargs, copts = COPTS + copts)
    if "srcs" in kwargs and not has_own_options:
        kwargs = with_precompiled_header("runtime", kwargs)
    native.cc_library(name = name, **kwargs)

def frazo_op_library(name, deps = [], copts = [], **kwargs):
    """A cc_library on TensorFlow's framework, linked whole: ops, kernels and datasets register themselves.

    Args:
      name: as in cc_library.
      deps: as in cc_library; the framework is added.
      copts: added to Frazo's own.
      **kwargs: as in cc_library.
    """
    kwargs = dict(
        kwargs,
        copts = COPTS + copts,
        deps = deps + [Label("//third_party/tensorflow:framework")],
    )
    native.cc_library(name = name, alwayslink = True, **with_precompiled_header("tensorflow", kwargs))

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
    has_own_options = _has_own_options(copts, deps)
    kwargs = dict(
        kwargs,
        copts = COPTS + copts,
        deps = deps + [Label("//third_party:gtest_main")],
    )
    if not has_own_options:
        kwargs = with_precompiled_header("runtime_tests", kwargs)
    native.cc_test(name = name, size = size, **kwargs)

def frazo_kernel_test(name, size = "small", **kwargs):
    """A frazo_cc_test of code that chooses by processor, and a test NAME_levels that runs it on each lower level.

    Args:
      name: as in cc_test.
      size: as in cc_test.
      **kwargs: as in frazo_cc_test.
    """
    frazo_cc_test(name = name, size = size, **kwargs)
    native.sh_test(
        name = name + "_levels",
        size = size,
        srcs = [Label("//third_party/rules:cpu_levels_test.sh")],
        args = ["$(location :{})".format(name)],
        data = [":" + name],
    )
