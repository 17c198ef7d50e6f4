"""Fuzz tests: a parser is fed with bytes that nobody thought of."""

load("//third_party/rules:cc.bzl", "COPTS")

def frazo_fuzz_test(name, srcs, deps = [], size = "small", **kwargs):
    """Feeds a fuzz target with inputs made from its seeds and its corpus, the same in every run.

    For longer:  ./bazelw run --config=asan //core/text:utf8_fuzz_test -- --seconds=3600 --seed=7
    What it finds it names by its number:  ... -- --seed=7 --only=12345
    By clang's libFuzzer, which learns from what an input reaches, and keeps what is new in FOLDER:
      ./bazelw run --config=fuzz //core/text:utf8_fuzz_test -- -runs=1000000 FOLDER
    The corpus of the tree is a text file beside the source, NAME_corpus.txt for NAME.cc. To renew it:
      ... -- -merge=1 SMALLER FOLDER  and then  ... -- --write_corpus=FILE SMALLER

    Args:
      name: as in cc_test.
      srcs: the file that defines LLVMFuzzerTestOneInput and FuzzSeeds (core/testing/fuzz_target.h).
      deps: as in cc_test; a main() is added.
      size: as in cc_test.
      **kwargs: as in cc_test.
    """
    corpus = native.glob([src.replace(".cc", "_corpus.txt") for src in srcs])
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs,
        args = ["--corpus=$(rootpath {})".format(file) for file in corpus],
        copts = COPTS,
        data = corpus,
        tags = ["fuzz"],
        deps = deps + select({
            "//third_party/clang:fuzz": ["//core/testing:libfuzzer_main"],
            "//conditions:default": ["//core/testing:fuzz_main"],
        }),
        **kwargs
    )
