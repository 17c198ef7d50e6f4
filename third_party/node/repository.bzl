"""Formatters that are published as npm packages."""

# (package and version, SHA-512 of its tarball in hexadecimal)
_BUILDIFIER = "@bazel/buildifier@8.2.1"
_BUILDIFIER_SHA512 = "799fc0abedabe0f7096ba2db3c24fa7df80825f4d4fe062296a233a17d8e2cce273646d00bab5330f64d9fb6871e38463f16cd2efe35ce6e17aadd689422e05f"

def _node_tools_impl(repository_ctx):
    npm = repository_ctx.which("npm")
    if not npm:
        fail("npm is needed to fetch buildifier. On Debian: apt-get install --no-install-recommends npm")
    packed = repository_ctx.execute([npm, "pack", "--silent", _BUILDIFIER], timeout = 300)
    if packed.return_code != 0:
        fail("npm pack {} failed:\n{}".format(_BUILDIFIER, packed.stderr))
    tarball = packed.stdout.strip().split("\n")[-1]
    digest = repository_ctx.execute(["sha512sum", tarball]).stdout.split(" ")[0]
    if digest != _BUILDIFIER_SHA512:
        fail("{} has SHA-512 {}, expected {}".format(_BUILDIFIER, digest, _BUILDIFIER_SHA512))
    repository_ctx.extract(tarball, "buildifier", stripPrefix = "package")
    repository_ctx.delete(tarball)
    repository_ctx.execute(["chmod", "+x", "buildifier/buildifier-linux_amd64", "buildifier/buildifier-linux_arm64"])
    machine = repository_ctx.execute(["uname", "-m"]).stdout.strip()
    binary = "arm64" if machine == "aarch64" else "amd64"
    repository_ctx.symlink("buildifier/buildifier-linux_" + binary, "bin/buildifier")
    repository_ctx.file("BUILD", "exports_files([\"bin/buildifier\"])\n")

node_tools = repository_rule(
    implementation = _node_tools_impl,
    environ = ["HOME", "PATH"],
    doc = "buildifier, from the package of its makers.",
)
