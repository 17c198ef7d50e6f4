"""Shared libraries of TensorFlow ops."""

load(":cc.bzl", "frazo_cc_binary")

def tf_op_library(name, srcs = [], deps = [], **kwargs):
    """A library that tf.load_op_library loads: lib<name>.so.

    Symbols of TensorFlow, absl and protobuf come from the libtensorflow_framework of the running program.

    Args:
      name: of the target; `lib<name>.so` is the file.
      srcs: as in cc_binary.
      deps: op families (alwayslink) and what they use.
      **kwargs: as in cc_binary.
    """
    frazo_cc_binary(
        name = "lib{}.so".format(name),
        srcs = srcs,
        linkshared = True,
        deps = deps + [Label("//third_party/tensorflow:framework")],
        **kwargs
    )

    # Not a filegroup: as data of a program, that would leave out the libraries that this one links.
    native.alias(
        name = name,
        actual = "lib{}.so".format(name),
        visibility = kwargs.get("visibility"),
    )
