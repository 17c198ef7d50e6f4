"""C and C++ libraries that the system's package manager installs; bazelw installs them on Debian."""

# header below the include folder -> (Debian package, libraries to link)
_LIBRARIES = {
    "benchmark": struct(header = "benchmark/benchmark.h", package = "libbenchmark-dev"),
    "gmock": struct(header = "gmock/gmock.h", package = "libgmock-dev"),
    "gtest": struct(header = "gtest/gtest.h", package = "libgtest-dev"),
    "highway": struct(header = "hwy/highway.h", package = "libhwy-dev"),
    "sndfile": struct(header = "sndfile.h", package = "libsndfile1-dev"),
    "soxr": struct(header = "soxr.h", package = "libsoxr-dev"),
    "zstd": struct(header = "zstd.h", package = "libzstd-dev"),
}
_INCLUDE_FOLDERS = ["/usr/include", "/usr/local/include"]

def _system_libraries_impl(repository_ctx):
    missing = []
    for library in _LIBRARIES.values():
        folders = [f for f in _INCLUDE_FOLDERS if repository_ctx.path(f + "/" + library.header).exists]
        if not folders:
            missing.append(library.package)
            continue
        entry = library.header.split("/")[0]
        repository_ctx.symlink(folders[0] + "/" + entry, "include/" + entry)
    if missing:
        fail("Missing on this machine: {0}. On Debian: apt-get install {0}".format(" ".join(missing)))
    repository_ctx.symlink(repository_ctx.attr._build_file, "BUILD")

system_libraries = repository_rule(
    implementation = _system_libraries_impl,
    attrs = {"_build_file": attr.label(default = "//third_party/system:system.BUILD")},
    local = True,
    doc = "Headers of the libraries named above, and the flags that link them.",
)
