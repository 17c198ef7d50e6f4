"""Tools for sources that are published as npm packages."""

# Package and version, and the SHA-512 of its tarball in hexadecimal.
_PACKAGES = {
    "@bazel/buildifier@8.2.1": "799fc0abedabe0f7096ba2db3c24fa7df80825f4d4fe062296a233a17d8e2cce273646d00bab5330f64d9fb6871e38463f16cd2efe35ce6e17aadd689422e05f",
    "pyright@1.1.414": "14f6596f9d637a90d7e1e3fb4c460378d16d984dd683092411c269bc7dff426512b23d04032dcb5eefb10784ff1560de8edb179427c5affadb5858f0bb0b97c3",
}

def _fetch(repository_ctx, npm, package, folder):
    packed = repository_ctx.execute([npm, "pack", "--silent", package], timeout = 300)
    if packed.return_code != 0:
        fail("npm pack {} failed:\n{}".format(package, packed.stderr))
    tarball = packed.stdout.strip().split("\n")[-1]
    digest = repository_ctx.execute(["sha512sum", tarball]).stdout.split(" ")[0]
    if digest != _PACKAGES[package]:
        fail("{} has SHA-512 {}, expected {}".format(package, digest, _PACKAGES[package]))
    repository_ctx.extract(tarball, folder, stripPrefix = "package")
    repository_ctx.delete(tarball)

def _node_tools_impl(repository_ctx):
    npm = repository_ctx.which("npm")
    node = repository_ctx.which("node")
    if not npm or not node:
        fail("npm is needed to fetch buildifier and pyright. On Debian: apt-get install --no-install-recommends npm")
    for package in _PACKAGES:
        _fetch(repository_ctx, npm, package, package.split("@")[-2].split("/")[-1])
    repository_ctx.execute(["chmod", "+x", "buildifier/buildifier-linux_amd64", "buildifier/buildifier-linux_arm64"])
    machine = repository_ctx.execute(["uname", "-m"]).stdout.strip()
    binary = "arm64" if machine == "aarch64" else "amd64"
    repository_ctx.symlink("buildifier/buildifier-linux_" + binary, "bin/buildifier")
    repository_ctx.symlink(node, "bin/node")
    repository_ctx.file(
        "BUILD",
        """exports_files(["bin/buildifier", "bin/node", "pyright/index.js"])

filegroup(
    name = "pyright",
    srcs = ["bin/node", "pyright/index.js"],
    visibility = ["//visibility:public"],
)
""",
    )

node_tools = repository_rule(
    implementation = _node_tools_impl,
    environ = ["HOME", "PATH"],
    doc = "buildifier and pyright, from the packages of their makers.",
)
