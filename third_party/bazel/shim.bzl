"""Repositories that Bazel's tools ask for by name, served from the folders beside this file."""

def _shim_repository_impl(repository_ctx):
    folder = repository_ctx.path(repository_ctx.attr.workspace_file).dirname
    for entry in folder.readdir():
        repository_ctx.symlink(entry, entry.basename)

_shim_repository = repository_rule(
    implementation = _shim_repository_impl,
    attrs = {"workspace_file": attr.label(mandatory = True)},
    local = True,
)

_SHIMS = [
    "bazel_skylib",
    "platforms",
    "remote_coverage_tools",
    "rules_cc",
    "rules_java",
    "rules_proto",
]

def shim_repositories():
    """Defines those that the workspace has not defined itself."""
    for name in _SHIMS:
        if not native.existing_rule(name):
            _shim_repository(
                name = name,
                workspace_file = Label("//third_party/bazel:{}/WORKSPACE".format(name)),
            )
