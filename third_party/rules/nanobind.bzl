"""Python modules written in C++ with nanobind, with type stubs made from the built module."""

load(":cc.bzl", "frazo_cc_binary")

def nanobind_extension(name, srcs, deps = [], imports = [], copts = [], visibility = None, **kwargs):
    """A module `name` (file `name`.so) and its stub `name`.pyi.

    Args:
      name: of the py_library and of the module.
      srcs: the binding code.
      deps: the C++ libraries that it binds.
      imports: as in py_library.
      copts: added to Frazo's own.
      visibility: as in py_library.
      **kwargs: as in cc_binary.
    """
    frazo_cc_binary(
        name = name + ".so",
        srcs = srcs,
        # nanobind's own sizes and speed rest on hidden symbols and on exceptions at the boundary.
        copts = ["-fvisibility=hidden", "-fno-strict-aliasing"] + copts,
        linkshared = True,
        deps = deps + [Label("//third_party:nanobind")],
        visibility = visibility,
        **kwargs
    )
    native.genrule(
        name = name + "_stub",
        srcs = [name + ".so"],
        outs = [name + ".pyi"],
        cmd = "$(location {0}) --module-file $(location {1}.so) --module {1} --output $@".format(
            Label("//third_party/rules:make_stub"),
            name,
        ),
        tools = [Label("//third_party/rules:make_stub")],
        visibility = visibility,
    )
    native.py_library(
        name = name,
        data = [name + ".so", name + ".pyi"],
        imports = imports,
        visibility = visibility,
    )
