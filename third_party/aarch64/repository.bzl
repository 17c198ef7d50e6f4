"""What builds our C++ for aarch64 on another machine, and runs it there: --config=aarch64."""

# What has to be there -> (Debian package)
_NEEDED = {
    "/usr/bin/aarch64-linux-gnu-g++": "g++-aarch64-linux-gnu",
    "/usr/bin/qemu-aarch64-static": "qemu-user-static",
    "/usr/src/googletest/googlemock": "googletest",
    "/usr/lib/aarch64-linux-gnu/libsndfile.so": "libsndfile1-dev:arm64",
    "/usr/lib/aarch64-linux-gnu/libsoxr.so": "libsoxr-dev:arm64",
}

_LIBRARIES = ["tensorflow/libtensorflow_framework.so.2", "tensorflow/libtensorflow_cc.so.2"]
_EXTRACT = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(members=sys.argv[2:])"

def _fetch_libraries(repository_ctx):
    python = repository_ctx.path(repository_ctx.attr._environment).realpath.dirname.get_child("python")
    repository_ctx.report_progress("Fetching TensorFlow for aarch64 (once per clone)")
    fetched = repository_ctx.execute([
        python,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--platform=manylinux_2_27_aarch64",
        "--python-version=3.11",
        "--require-hashes",
        "--requirement",
        repository_ctx.path(repository_ctx.attr._requirements),
        "--dest=wheel",
    ], timeout = 1800)
    if fetched.return_code != 0:
        fail("TensorFlow for aarch64 could not be fetched.\n" + fetched.stdout + fetched.stderr)
    wheel = repository_ctx.path("wheel").readdir()[0]
    extracted = repository_ctx.execute([python, "-c", _EXTRACT, wheel] + _LIBRARIES)
    if extracted.return_code != 0:
        fail("{} could not be extracted:\n{}".format(wheel, extracted.stderr))
    repository_ctx.delete("wheel")

def _aarch64_tools_impl(repository_ctx):
    missing = [package for path, package in _NEEDED.items() if not repository_ctx.path(path).exists]
    if missing:
        fail("--config=aarch64 needs packages that are missing on this machine. On Debian: " +
             "dpkg --add-architecture arm64 && apt-get update && apt-get install --no-install-recommends " + " ".join(missing))
    _fetch_libraries(repository_ctx)
    repository_ctx.symlink("/usr/src/googletest", "googletest")
    repository_ctx.symlink(repository_ctx.attr._build_file, "BUILD")

aarch64_tools = repository_rule(
    implementation = _aarch64_tools_impl,
    attrs = {
        "_build_file": attr.label(default = "//third_party/aarch64:aarch64.BUILD"),
        # The pip beside it fetches.
        "_environment": attr.label(default = "@frazo_python//:bin/protoc"),
        "_requirements": attr.label(default = "//third_party/aarch64:requirements.txt"),
    },
    environ = ["HOME", "PATH", "XDG_CACHE_HOME"],
    doc = "Debian's cross compiler, GoogleTest's sources, and TensorFlow's shared libraries for aarch64.",
)
