"""A shared library that others are compiled and linked against as if it were a cc_library."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load(":cc.bzl", "frazo_cc_binary")

def _whole_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    merged = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    linker_inputs = []
    for linker_input in merged.linking_context.linker_inputs.to_list():
        libraries = []
        for library in linker_input.libraries:
            archive = library.pic_static_library or library.static_library
            libraries.append(cc_common.create_library_to_link(
                actions = ctx.actions,
                alwayslink = True,
                cc_toolchain = toolchain,
                feature_configuration = features,
                pic_static_library = archive,
            ) if archive else library)
        linker_inputs.append(cc_common.create_linker_input(
            libraries = depset(libraries),
            owner = linker_input.owner,
            user_link_flags = depset(linker_input.user_link_flags),
        ))
    return [CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset(linker_inputs)))]

_whole = rule(
    implementation = _whole_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    doc = "All objects of `deps` and of what they depend on, whether referred to or not.",
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _interface_impl(ctx):
    headers = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps])
    linking = ctx.attr.library[CcInfo].linking_context
    dynamic = [
        library.dynamic_library
        for linker_input in linking.linker_inputs.to_list()
        for library in linker_input.libraries
        if library.dynamic_library
    ]
    return [
        CcInfo(
            compilation_context = headers.compilation_context,
            linking_context = linking,
        ),
        # cc_import leaves this out: who runs what links the library must find it.
        DefaultInfo(runfiles = ctx.runfiles(files = dynamic)),
    ]

_interface = rule(
    implementation = _interface_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "library": attr.label(providers = [CcInfo]),
    },
    doc = "The headers of `deps` with the code of `library`.",
)

def frazo_shared_library(name, deps, visibility = None):
    """lib<name>.so, which holds all of `deps`; depend on `name` to use it.

    For code that must exist once in a process although several shared libraries use it: protobuf refuses a message that
    two libraries bring.

    Args:
      name: of the target to depend on; the file is lib<name>.so.
      deps: cc_libraries, taken in whole with what they depend on.
      visibility: as in cc_library.
    """
    library = "lib{}.so".format(name)
    _whole(
        name = name + "_whole",
        deps = deps,
    )
    frazo_cc_binary(
        name = library,
        linkshared = True,
        visibility = visibility,
        deps = [name + "_whole"],
    )
    native.cc_import(
        name = name + "_import",
        shared_library = library,
    )
    native.cc_library(
        name = name + "_linked",
        # What the library itself links, so that its users find it, too.
        deps = [
            name + "_import",
            Label("//third_party/tensorflow:absl"),
        ],
    )
    _interface(
        name = name,
        library = name + "_linked",
        visibility = visibility,
        deps = deps,
    )
