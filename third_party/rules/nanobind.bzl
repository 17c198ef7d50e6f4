"""Python modules written in C++ with nanobind, with type stubs made from the built module."""

load(":cc.bzl", "frazo_cc_binary")

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
    _stub(
        name = name + "_stub",
        module = name + ".so",
        module_name = name,
        stub = name + ".pyi",
        visibility = visibility,
    )
    native.py_library(
        name = name,
        data = [name + ".so", name + ".pyi"],
        imports = imports,
        visibility = visibility,
    )
