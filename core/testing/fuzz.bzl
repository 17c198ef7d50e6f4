"""Fuzz tests: a parser is fed with bytes that nobody thought of."""

load("//third_party/rules:cc.bzl", "COPTS")

def frazo_fuzz_test(name, srcs, deps = [], size = "small", **kwargs):
    """Feeds a fuzz target with inputs made from its seeds, the same in every run.

    For longer:  ./bazelw run --config=asan //core/text:utf8_fuzz_test -- --seconds=3600 --seed=7
    What it finds it names by its number:  ... -- --seed=7 --only=12345
    With clang's own fuzzer, by hand: compile the target's sources with -fsanitize=fuzzer,address, without fuzz_main.

    Args:
      name: as in cc_test.
      srcs: the file that defines LLVMFuzzerTestOneInput and FuzzSeeds (core/testing/fuzz_target.h).
      deps: as in cc_test; fuzz_main is added.
      size: as in cc_test.
      **kwargs: as in cc_test.
    """
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = COPTS,
        deps = deps + ["//core/testing:fuzz_main"],
        **kwargs
    )
