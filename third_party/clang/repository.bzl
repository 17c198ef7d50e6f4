"""Clang with libFuzzer, which only the fuzz tests use: --config=fuzz."""

# What each Debian package brings, below /usr/lib/llvm-14.
_NEEDED = {
    "bin/clang++": "clang-14",
    "bin/llvm-symbolizer": "llvm-14",
    "lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer_no_main-x86_64.a": "libclang-rt-14-dev",
}

def _clang_tools_impl(repository_ctx):
    missing = [package for path, package in _NEEDED.items() if not repository_ctx.path("/usr/lib/llvm-14/" + path).exists]
    if missing:
        fail("--config=fuzz needs packages that are missing on this machine. On Debian: " +
             "apt-get install --no-install-recommends " + " ".join(missing))
    repository_ctx.symlink(repository_ctx.attr._build_file, "BUILD")

clang_tools = repository_rule(
    implementation = _clang_tools_impl,
    attrs = {"_build_file": attr.label(default = "//third_party/clang:clang.BUILD")},
    local = True,
    doc = "Debian's clang 14 as a toolchain, and its libFuzzer.",
)
