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

def _compiled(header, copts, deps, kwargs):
    """Arguments of a C++ target with Frazo's options and, where GCC can take it, a precompiled header.

    GCC 12 crashes on a header that was made with other options than the file's: those differ by copts, or by the
    pragmas of vector code.
    """
    kwargs = dict(kwargs, copts = COPTS + copts, deps = deps)
    has_own_options = copts or any([str(dep).endswith(":vector_targets") for dep in deps])
    return kwargs if has_own_options or "srcs" not in kwargs else with_precompiled_header(header, kwargs)

def frazo_cc_library(name, copts = [], deps = [], **kwargs):
    """A cc_library.

    Args:
      name: as in cc_library.
      copts: added to Frazo's own.
      deps: as in cc_library.
      **kwargs: as in cc_library.
    """
    native.cc_library(name = name, **_compiled("runtime", copts, deps, kwargs))

def frazo_op_library(name, deps = [], copts = [], **kwargs):
    """A cc_library on TensorFlow's framework, linked whole: ops, kernels and datasets register themselves.

    Args:
      name: as in cc_library.
      deps: as in cc_library; the framework is added.
      copts: added to Frazo's own.
      **kwargs: as in cc_library.
    """
    deps = deps + [Label("//third_party/tensorflow:framework")]
    native.cc_library(name = name, alwayslink = True, **_compiled("tensorflow", copts, deps, kwargs))

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
    deps = deps + [Label("//third_party:gtest_main")]
    native.cc_test(name = name, size = size, **_compiled("runtime_tests", copts, deps, kwargs))

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
