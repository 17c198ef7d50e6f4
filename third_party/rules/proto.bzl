"""Code from .proto files, with the one compiler whose output TensorFlow's protobuf accepts.

All .proto files live in the virtual folder frazo/proto/, whatever the workspace: they import each other as
"frazo/proto/x.proto", C++ includes "frazo/proto/x.pb.h", Python imports frazo.proto.x_pb2.
"""

load(":cc.bzl", "COPTS")
load(":precompiled_header.bzl", "with_precompiled_header")

FrazoProtoInfo = provider(
    doc = "The sources of one vocabulary.",
    fields = {
        "sources": "depset of this library's .proto files",
        "transitive_sources": "depset of these and of what they import",
        "import_paths": "depset of protoc's -I arguments, virtual folder=real folder",
        "virtual_folder": "where the files import each other from",
    },
)

def _frazo_proto_library_impl(ctx):
    folder = ctx.files.srcs[0].dirname
    for source in ctx.files.srcs:
        if source.dirname != folder:
            fail("{} is not in {}".format(source.path, folder))
    dependencies = [dep[FrazoProtoInfo] for dep in ctx.attr.deps]
    return [
        DefaultInfo(files = depset(ctx.files.srcs)),
        FrazoProtoInfo(
            sources = depset(ctx.files.srcs),
            transitive_sources = depset(
                ctx.files.srcs,
                transitive = [info.transitive_sources for info in dependencies],
            ),
            import_paths = depset(
                ["-I{}={}".format(ctx.attr.virtual_folder, folder)],
                transitive = [info.import_paths for info in dependencies],
            ),
            virtual_folder = ctx.attr.virtual_folder,
        ),
    ]

frazo_proto_library = rule(
    implementation = _frazo_proto_library_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"], mandatory = True),
        "deps": attr.label_list(
            doc = "Vocabularies that the files import from",
            providers = [FrazoProtoInfo],
        ),
        "virtual_folder": attr.string(
            default = "frazo/proto",
            doc = "Where the files import each other from; a project of your own names its own, \"my_project/proto\"",
        ),
    },
    doc = "All .proto files of one folder.",
)

def _compile(ctx, out_arguments, tools, outputs):
    """Runs a proto compiler on all sources; `out_arguments` say what it writes and where."""
    info = ctx.attr.proto[FrazoProtoInfo]
    args = ctx.actions.args()
    args.add_all(out_arguments)
    args.add_all(info.import_paths)
    args.add_all([info.virtual_folder + "/" + source.basename for source in info.sources.to_list()])
    ctx.actions.run(
        executable = tools[0],
        arguments = [args],
        inputs = info.transitive_sources,
        tools = tools,
        outputs = outputs,
        mnemonic = "FrazoProto",
        progress_message = "Compiling the messages of {}".format(ctx.attr.proto.label),
    )

def _stems(ctx):
    return [source.basename[:-len(".proto")] for source in ctx.attr.proto[FrazoProtoInfo].sources.to_list()]

def _out_root(ctx):
    return "/".join([part for part in [ctx.bin_dir.path, ctx.label.workspace_root, ctx.label.package] if part])

def _cc_sources_impl(ctx):
    virtual_folder = ctx.attr.proto[FrazoProtoInfo].virtual_folder
    include = ctx.attr.include_folder
    headers = []
    sources = []
    for stem in _stems(ctx):
        headers.append(ctx.actions.declare_file("{}/{}/{}.pb.h".format(include, virtual_folder, stem)))
        sources.append(ctx.actions.declare_file("{}/{}/{}.pb.cc".format(include, virtual_folder, stem)))
    _compile(ctx, ["--cpp_out={}/{}".format(_out_root(ctx), include)], [ctx.file._protoc], headers + sources)
    return [
        DefaultInfo(files = depset(headers + sources)),
        OutputGroupInfo(headers = depset(headers), sources = depset(sources)),
    ]

_COMPILER_ATTRS = {
    "proto": attr.label(mandatory = True, providers = [FrazoProtoInfo]),
    "_protoc": attr.label(default = "@frazo_python//:bin/protoc", allow_single_file = True, cfg = "exec"),
}

_cc_sources = rule(
    implementation = _cc_sources_impl,
    attrs = dict(
        _COMPILER_ATTRS,
        include_folder = attr.string(doc = "What C++ includes from, below the package", mandatory = True),
    ),
)

def frazo_cc_proto_library(name, proto, deps = [], **kwargs):
    """C++ messages: include "frazo/proto/x.pb.h".

    Args:
      name: of the cc_library.
      proto: a frazo_proto_library.
      deps: the frazo_cc_proto_library of each of its deps.
      **kwargs: as in cc_library.
    """
    generated = name + "_generated"
    include_folder = name + "_include"
    _cc_sources(name = generated, include_folder = include_folder, proto = proto)
    native.filegroup(name = name + "_headers", srcs = [generated], output_group = "headers")
    native.filegroup(name = name + "_sources", srcs = [generated], output_group = "sources")
    kwargs = dict(kwargs, copts = COPTS, deps = deps + [Label("//third_party:protobuf")])
    native.cc_library(
        name = name,
        srcs = [name + "_sources"],
        hdrs = [name + "_headers"],
        includes = [include_folder],
        **with_precompiled_header("runtime", kwargs)
    )

def _py_sources_impl(ctx):
    # The package's path ends in the virtual folder, python/frazo/proto in frazo/proto: what is before it is the root
    # that Python imports from.
    virtual_folder = ctx.attr.proto[FrazoProtoInfo].virtual_folder
    if not ("/" + ctx.label.package).endswith("/" + virtual_folder):
        fail("{}: the package must end in {}".format(ctx.label, virtual_folder))
    import_root = _out_root(ctx)[:-len(virtual_folder) - 1]
    if ctx.attr.services:
        modules = [ctx.actions.declare_file(stem + "_pb2_grpc.py") for stem in _stems(ctx)]
        _compile(ctx, ["--grpc_python_out=" + import_root], [ctx.executable._grpc_protoc], modules)
        return [DefaultInfo(files = depset(modules))]
    modules = [ctx.actions.declare_file(stem + "_pb2.py") for stem in _stems(ctx)]
    stubs = [ctx.actions.declare_file(stem + "_pb2.pyi") for stem in _stems(ctx)]
    outputs = ["--python_out=" + import_root, "--pyi_out=" + import_root]
    _compile(ctx, outputs, [ctx.file._protoc], modules + stubs)
    return [DefaultInfo(files = depset(modules)), OutputGroupInfo(stubs = depset(stubs))]

_py_sources = rule(
    implementation = _py_sources_impl,
    attrs = dict(
        _COMPILER_ATTRS,
        services = attr.bool(doc = "gRPC clients and servers instead of messages"),
        _grpc_protoc = attr.label(default = "@frazo_python//:grpc_protoc", executable = True, cfg = "exec"),
    ),
)

def frazo_py_proto_library(name, proto, imports, **kwargs):
    """Python messages, with type stubs: from frazo.proto import x_pb2.

    Args:
      name: of the py_library.
      proto: a frazo_proto_library; the package's path must end in its virtual folder.
      imports: the import root, relative to the package.
      **kwargs: as in py_library.
    """
    generated = name + "_generated"
    _py_sources(name = generated, proto = proto)
    native.filegroup(name = name + "_stubs", srcs = [generated], output_group = "stubs")
    native.py_library(name = name, srcs = [generated], data = [name + "_stubs"], imports = imports, **kwargs)

def frazo_grpc_library(name, proto, imports, **kwargs):
    """Python clients and servers of the services in a vocabulary: from frazo.proto import x_pb2_grpc.

    Args:
      name: of the py_library.
      proto: a frazo_proto_library; the package's path must end in its virtual folder.
      imports: the import root, relative to the package.
      **kwargs: as in py_library; deps holds the frazo_py_proto_library of the same files.
    """
    generated = name + "_generated"
    _py_sources(name = generated, proto = proto, services = True)
    native.py_library(name = name, srcs = [generated], imports = imports, **kwargs)
