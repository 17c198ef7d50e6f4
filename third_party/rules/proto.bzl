"""Code from .proto files, with the one compiler whose output TensorFlow's protobuf accepts.

All .proto files live in the virtual folder frazo/proto/, whatever the workspace: they import each other as
"frazo/proto/x.proto", C++ includes "frazo/proto/x.pb.h", Python imports frazo.proto.x_pb2.
"""

load(":cc.bzl", "COPTS")

_VIRTUAL_FOLDER = "frazo/proto"

FrazoProtoInfo = provider(
    doc = "The sources of one vocabulary.",
    fields = {
        "folder": "path of the folder that holds them, from the execution root",
        "sources": "depset of .proto files",
    },
)

def _frazo_proto_library_impl(ctx):
    folder = ctx.files.srcs[0].dirname
    for source in ctx.files.srcs:
        if source.dirname != folder:
            fail("{}: not in {}".format(source.path, folder))
    return [
        DefaultInfo(files = depset(ctx.files.srcs)),
        FrazoProtoInfo(folder = folder, sources = depset(ctx.files.srcs)),
    ]

frazo_proto_library = rule(
    implementation = _frazo_proto_library_impl,
    attrs = {"srcs": attr.label_list(allow_files = [".proto"], mandatory = True)},
    doc = "All .proto files of one folder.",
)

def _compile(ctx, arguments, tools, outputs, out_folder):
    """Runs a proto compiler on all sources; `arguments` name its outputs' kinds."""
    info = ctx.attr.proto[FrazoProtoInfo]
    virtual = ctx.attr.virtual_folder
    args = ctx.actions.args()
    args.add_all(arguments)
    args.add("-I{}={}".format(virtual, info.folder))
    args.add_all([virtual + "/" + source.basename for source in info.sources.to_list()])
    ctx.actions.run(
        executable = tools[0],
        arguments = [args],
        inputs = info.sources,
        tools = tools,
        outputs = outputs,
        mnemonic = "FrazoProto",
        progress_message = "Compiling {} into {}".format(ctx.attr.proto.label, out_folder),
    )

def _stems(ctx):
    return [source.basename[:-len(".proto")] for source in ctx.attr.proto[FrazoProtoInfo].sources.to_list()]

def _out_root(ctx):
    return "/".join([part for part in [ctx.bin_dir.path, ctx.label.workspace_root, ctx.label.package] if part])

def _cc_sources_impl(ctx):
    root = _out_root(ctx)
    headers = []
    sources = []
    for stem in _stems(ctx):
        headers.append(ctx.actions.declare_file("{}/{}.pb.h".format(ctx.attr.virtual_folder, stem)))
        sources.append(ctx.actions.declare_file("{}/{}.pb.cc".format(ctx.attr.virtual_folder, stem)))
    _compile(ctx, ["--cpp_out=" + root], [ctx.file._protoc], headers + sources, root)
    return [
        DefaultInfo(files = depset(headers + sources)),
        OutputGroupInfo(headers = depset(headers), sources = depset(sources)),
    ]

_PROTO_ATTRS = {
    "proto": attr.label(mandatory = True, providers = [FrazoProtoInfo]),
    "virtual_folder": attr.string(default = _VIRTUAL_FOLDER),
}

_cc_sources = rule(
    implementation = _cc_sources_impl,
    attrs = dict(
        _PROTO_ATTRS,
        _protoc = attr.label(default = "@frazo_python//:bin/protoc", allow_single_file = True, cfg = "exec"),
    ),
)

def frazo_cc_proto_library(name, proto, virtual_folder = _VIRTUAL_FOLDER, **kwargs):
    """C++ messages: include "frazo/proto/x.pb.h".

    Args:
      name: of the cc_library.
      proto: a frazo_proto_library.
      virtual_folder: where the files import each other from.
      **kwargs: as in cc_library.
    """
    generated = name + "_generated"
    _cc_sources(name = generated, proto = proto, virtual_folder = virtual_folder)
    native.filegroup(name = name + "_headers", srcs = [generated], output_group = "headers")
    native.filegroup(name = name + "_sources", srcs = [generated], output_group = "sources")
    native.cc_library(
        name = name,
        srcs = [name + "_sources"],
        hdrs = [name + "_headers"],
        copts = COPTS,
        includes = ["."],
        deps = [Label("//third_party:protobuf")],
        **kwargs
    )

def _py_sources_impl(ctx):
    root = _out_root(ctx)
    prefix = ctx.attr.virtual_folder.split("/")

    # The package folder ends in the virtual folder: python/frazo/proto holds frazo/proto.
    package = ctx.label.package.split("/")
    if package[-len(prefix):] != prefix:
        fail("{}: the package must end in {}".format(ctx.label, ctx.attr.virtual_folder))
    import_root = root[:-len(ctx.attr.virtual_folder) - 1]
    modules = []
    stubs = []
    arguments = []
    for stem in _stems(ctx):
        if ctx.attr.services:
            modules.append(ctx.actions.declare_file(stem + "_pb2_grpc.py"))
        else:
            modules.append(ctx.actions.declare_file(stem + "_pb2.py"))
            stubs.append(ctx.actions.declare_file(stem + "_pb2.pyi"))
    if ctx.attr.services:
        arguments = ["--grpc_python_out=" + import_root]
        tools = [ctx.executable._grpc_protoc]
    else:
        arguments = ["--python_out=" + import_root, "--pyi_out=" + import_root]
        tools = [ctx.file._protoc]
    _compile(ctx, arguments, tools, modules + stubs, import_root)
    return [
        DefaultInfo(files = depset(modules)),
        OutputGroupInfo(stubs = depset(stubs)),
    ]

_py_sources = rule(
    implementation = _py_sources_impl,
    attrs = dict(
        _PROTO_ATTRS,
        services = attr.bool(doc = "gRPC stubs and servicers instead of messages"),
        _grpc_protoc = attr.label(default = "@frazo_python//:grpc_protoc", executable = True, cfg = "exec"),
        _protoc = attr.label(default = "@frazo_python//:bin/protoc", allow_single_file = True, cfg = "exec"),
    ),
)

def frazo_py_proto_library(name, proto, imports, virtual_folder = _VIRTUAL_FOLDER, **kwargs):
    """Python messages, with type stubs: from frazo.proto import x_pb2.

    Args:
      name: of the py_library.
      proto: a frazo_proto_library.
      imports: the import root, relative to the package.
      virtual_folder: where the files import each other from; the package's path must end in it.
      **kwargs: as in py_library.
    """
    generated = name + "_generated"
    _py_sources(name = generated, proto = proto, virtual_folder = virtual_folder)
    native.filegroup(name = name + "_stubs", srcs = [generated], output_group = "stubs")
    native.py_library(
        name = name,
        srcs = [generated],
        data = [name + "_stubs"],
        imports = imports,
        **kwargs
    )

def frazo_grpc_library(name, proto, imports, deps, virtual_folder = _VIRTUAL_FOLDER, **kwargs):
    """Python clients and servers of the services in a vocabulary: from frazo.proto import x_pb2_grpc.

    Args:
      name: of the py_library.
      proto: a frazo_proto_library.
      imports: the import root, relative to the package.
      deps: the frazo_py_proto_library of the same files.
      virtual_folder: where the files import each other from; the package's path must end in it.
      **kwargs: as in py_library.
    """
    generated = name + "_generated"
    _py_sources(name = generated, proto = proto, services = True, virtual_folder = virtual_folder)
    native.py_library(name = name, srcs = [generated], imports = imports, deps = deps, **kwargs)
