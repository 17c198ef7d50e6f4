"""Everything outside Frazo that its build needs. A workspace that depends on Frazo calls both functions, too."""

load("//third_party/aarch64:repository.bzl", "aarch64_tools")
load("//third_party/bazel:shim.bzl", "shim_repositories")
load("//third_party/clang:repository.bzl", "clang_tools")
load("//third_party/node:repository.bzl", "node_tools")
load("//third_party/python:repository.bzl", "python_environment")
load("//third_party/system:repository.bzl", "system_libraries")

def frazo_repositories():
    """Defines the repositories that the build refers to; none is fetched until a target needs it."""
    shim_repositories()
    python_environment(
        name = "frazo_python",
        requirements = Label("//third_party/python:requirements.txt"),
    )
    system_libraries(name = "frazo_system")
    node_tools(name = "frazo_node")
    aarch64_tools(name = "frazo_aarch64")
    clang_tools(name = "frazo_clang")

def frazo_toolchains():
    """Makes the locked Python environment the interpreter of every Python target."""
    native.register_toolchains("@frazo_python//:toolchain")
