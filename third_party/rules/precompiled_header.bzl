"""Headers that the compiler parses once for many files.

The headers of absl, protobuf, GoogleTest and TensorFlow make most of a compilation. GCC takes what it has parsed of
them from a .gch beside the header that a file includes first. Each file still includes what it uses: a workspace
without --define=precompiled_headers=yes compiles without them.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _precompiled_header_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    headers = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    ctx.actions.expand_template(template = ctx.file.src, output = header, substitutions = {})
    parsed = ctx.actions.declare_file(header.basename + ".gch")
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = headers.includes,
        output_file = parsed.path,
        preprocessor_defines = headers.defines,
        quote_include_directories = headers.quote_includes,
        source_file = header.path,
        system_include_directories = headers.system_includes,
        use_pic = True,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.attr.copts,
    )
    ctx.actions.run(
        executable = cc_common.get_tool_for_action(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
        ),
        arguments = ["-x", "c++-header"] + cc_common.get_memory_inefficient_command_line(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
            variables = variables,
        ),
        env = cc_common.get_environment_variables(
            action_name = CPP_COMPILE_ACTION_NAME,
            feature_configuration = features,
            variables = variables,
        ),
        # TensorFlow's headers are thousands of files: linking each into a sandbox takes longer.
        execution_requirements = {"no-sandbox": "1"},
        inputs = depset([header], transitive = [headers.headers, toolchain.all_files]),
        mnemonic = "PrecompiledHeader",
        outputs = [parsed],
        progress_message = "Parsing the headers of {}".format(ctx.label),
    )
    files = depset([header, parsed])
    return [
        DefaultInfo(files = files),
        CcInfo(compilation_context = cc_common.create_compilation_context(headers = files)),
    ]

precompiled_header = rule(
    implementation = _precompiled_header_impl,
    attrs = {
        "copts": attr.string_list(doc = "Those of the files that use it: with others GCC ignores it"),
        "deps": attr.label_list(doc = "The libraries that the headers belong to", providers = [CcInfo]),
        "src": attr.label(allow_single_file = [".h"], doc = "Includes the headers", mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    doc = "NAME.h and what GCC made of it, NAME.h.gch.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def with_precompiled_header(header, kwargs):
    """Arguments of a C++ target whose files get a precompiled header.

    Args:
      header: name of the target in //third_party/precompiled.
      kwargs: the target's arguments.

    Returns:
      The arguments, with copts and deps for it where precompiled headers are on.
    """
    target = Label("//third_party/precompiled:" + header)
    path = "/".join([part for part in [target.workspace_root, target.package, header + ".h"] if part])
    condition = str(Label("//third_party/precompiled:enabled"))
    return dict(
        kwargs,
        copts = kwargs.get("copts", []) + select({
            condition: ["-include", path],
            "//conditions:default": [],
        }),
        deps = kwargs.get("deps", []) + select({
            condition: [target],
            "//conditions:default": [],
        }),
    )
