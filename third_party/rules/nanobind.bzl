"""Python modules written in C++ with nanobind, with type stubs made from the built module."""

load(":cc.bzl", "COPTS", "frazo_cc_binary")

# nanobind's own sizes and speed rest on hidden symbols and on exceptions at the boundary.
_COPTS = ["-fvisibility=hidden", "-fno-strict-aliasing"]

def _stub_impl(ctx):
    stub = ctx.outputs.stub
    arguments = ctx.actions.args()
    arguments.add("--module-file", ctx.file.module)
    arguments.add("--module", ctx.attr.module_name)
    arguments.add("--output", stub)
    ctx.actions.run(
        executable = ctx.executable._make_stub,
        arguments = [arguments],
        # The module is loaded, and with it the shared libraries that it links.
        inputs = depset(
            [ctx.file.module],
            transitive = [ctx.attr.module[DefaultInfo].default_runfiles.files],
        ),
        outputs = [stub],
        mnemonic = "NanobindStub",
        progress_message = "Writing the type stub of {}".format(ctx.attr.module.label),
    )

_stub = rule(
    implementation = _stub_impl,
    attrs = {
        "module": attr.label(allow_single_file = True, mandatory = True),
        "module_name": attr.string(mandatory = True),
        "stub": attr.output(mandatory = True),
        "_make_stub": attr.label(
            default = "//third_party/rules:make_stub",
            executable = True,
            cfg = "exec",
        ),
    },
    doc = "The .pyi of a built module.",
)

def nanobind_library(name, deps = [], copts = [], **kwargs):
    """Binding code, linked whole into the nanobind_extension that depends on it.

    Args:
      name: as in cc_library.
      deps: the C++ libraries that it binds.
      copts: added to Frazo's own.
      **kwargs: as in cc_library.
    """

    # Without a precompiled header: GCC takes none that was made with other options.
    native.cc_library(
        name = name,
        copts = COPTS + _COPTS + copts,
        # Only as a part of the module it has all symbols.
        linkstatic = True,
        # Python looks NB_MODULE's function up by its name: no code refers to it.
        alwayslink = True,
        deps = deps + [Label("//third_party:nanobind")],
        **kwargs
    )

def nanobind_extension(name, srcs = [], deps = [], imports = [], copts = [], visibility = None, **kwargs):
    """A module `name` (file `name`.so) and its stub `name`.pyi.

    The stub is for editors and type checkers. The module is imported without it, and a module that is built with a
    sanitizer has none: the interpreter that makes stubs cannot load it.

    Args:
      name: of the py_library and of the module.
      srcs: the binding code, where it is not in a nanobind_library.
      deps: the C++ libraries that it binds, and its nanobind_library.
      imports: as in py_library.
      copts: added to Frazo's own.
      visibility: as in py_library.
      **kwargs: as in cc_binary.
    """
    frazo_cc_binary(
        name = name + ".so",
        srcs = srcs,
        copts = _COPTS + copts,
        linkshared = True,
        deps = deps + [Label("//third_party:nanobind")],
        visibility = visibility,
        **kwargs
    )
    _stub(
        name = name + "_stub",
        module = name + ".so",
        module_name = name,
        stub = name + ".pyi",
        visibility = visibility,
    )
    native.py_library(
        name = name,
        data = [name + ".so"],
        imports = imports,
        visibility = visibility,
    )
