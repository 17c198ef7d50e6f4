"""The wheel: what people install with pip."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _line(file):
    return "{}\t{}".format(file.short_path, file.path)

def _wheel_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    toolchain = find_cpp_toolchain(ctx)
    files = depset(
        ctx.files.data,
        transitive = [dep[DefaultInfo].default_runfiles.files for dep in ctx.attr.deps],
    )
    headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.headers_of])
    arguments = ctx.actions.args()
    arguments.add("--out", folder.path)
    arguments.add("--project", ctx.file.project)
    arguments.add("--strip", toolchain.strip_executable)
    lists = []
    for name, listed in [("files", files), ("headers", headers)]:
        lines = ctx.actions.args()
        lines.set_param_file_format("multiline")
        lines.add_all(listed, map_each = _line)
        list = ctx.actions.declare_file("{}_{}.txt".format(ctx.label.name, name))
        ctx.actions.write(list, lines)
        lists.append(list)
        arguments.add("--" + name, list)
    ctx.actions.run(
        executable = ctx.executable._make_wheel,
        arguments = [arguments],
        inputs = depset(
            lists + [ctx.file.project],
            transitive = [files, headers, toolchain.all_files],
        ),
        outputs = [folder],
        mnemonic = "FrazoWheel",
        progress_message = "Packing the wheel",
    )
    return [DefaultInfo(
        files = depset([folder]),
        runfiles = ctx.runfiles(files = [folder]),
    )]

frazo_wheel = rule(
    implementation = _wheel_impl,
    attrs = {
        "data": attr.label_list(allow_files = True, doc = "Further files: type stubs, licences"),
        "deps": attr.label_list(
            providers = [PyInfo],
            doc = "What is taken, with all that it needs: modules, libraries, data",
        ),
        "headers_of": attr.label_list(
            providers = [CcInfo],
            doc = "Libraries whose headers are taken, with those that they include",
        ),
        "project": attr.label(allow_single_file = [".toml"], mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_make_wheel": attr.label(
            cfg = "exec",
            default = "//packaging:make_wheel",
            executable = True,
        ),
    },
    doc = "A folder with the wheel, whose name tells its version and the systems that it runs on.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
