"""Shared libraries that add steps and record formats to the runtime of a program."""

load(":cc.bzl", "frazo_cc_binary")

def frazo_plugin(name, srcs, deps = [], **kwargs):
    """lib<name>.so, for frazo.load_plugin().

    The runtime's code and messages come from the program that loads it, so that what registers itself in the plugin is
    known there. Depend on no target below @frazo//core yourself: it would bring the code a second time.

    Args:
      name: of the target; lib<name>.so is the file.
      srcs: C++ files with FRAZO_REGISTER_STEP or FRAZO_REGISTER_RECORD_FORMAT at namespace scope.
      deps: messages (frazo_cc_proto_library) and other libraries.
      **kwargs: as in cc_binary.
    """
    library = "lib{}.so".format(name)
    frazo_cc_binary(
        name = library,
        srcs = srcs,
        linkshared = True,
        deps = deps + [Label("//core:frazo_runtime")],
        **kwargs
    )
    native.alias(
        name = name,
        actual = library,
        visibility = kwargs.get("visibility"),
    )
