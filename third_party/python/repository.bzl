"""The Python environment that the build owns, and what its packages carry for C++."""

def _find_python(repository_ctx):
    for name in ["python3.11", "python3"]:
        path = repository_ctx.which(name)
        if path:
            probe = repository_ctx.execute([path, "-c", "import sys; print(*sys.version_info[:2])"])
            if probe.return_code == 0 and probe.stdout.strip() == "3 11":
                return path
    fail("Frazo needs Python 3.11 on the PATH. On Debian 12: apt-get install python3 python3-venv")

def _python_environment_impl(repository_ctx):
    requirements = repository_ctx.path(repository_ctx.attr.requirements)
    maker = repository_ctx.path(repository_ctx.attr._maker)
    repository_ctx.report_progress("Installing the locked Python packages (a minute or two, once per machine)")
    made = repository_ctx.execute(
        [_find_python(repository_ctx), maker, requirements],
        timeout = 1800,
    )
    if made.return_code != 0:
        fail("The Python environment could not be made.\n" + made.stdout + made.stderr)
    environment = made.stdout.strip()
    site_packages = environment + "/lib/python3.11/site-packages"
    repository_ctx.symlink(site_packages + "/tensorflow/include", "tensorflow/include")
    for library in ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]:
        repository_ctx.symlink(site_packages + "/tensorflow/" + library, "tensorflow/" + library)
    repository_ctx.symlink(site_packages + "/nanobind", "nanobind")
    for tool in ["clang-format", "protoc", "ruff"]:
        repository_ctx.symlink(environment + "/bin/" + tool, "bin/" + tool)
    repository_ctx.file(
        "grpc_protoc.py",
        "import sys\n\nfrom grpc_tools import protoc\n\nsys.exit(protoc.main(sys.argv))\n",
    )
    repository_ctx.template(
        "BUILD",
        repository_ctx.attr._build_template,
        {"{interpreter}": environment + "/bin/python"},
    )

python_environment = repository_rule(
    implementation = _python_environment_impl,
    attrs = {
        "requirements": attr.label(mandatory = True),
        "_build_template": attr.label(default = "//third_party/python:environment.BUILD"),
        "_maker": attr.label(default = "//third_party/python:make_environment.py"),
    },
    environ = ["HOME", "PATH", "XDG_CACHE_HOME"],
    doc = "Makes the environment of a locked requirements file; see make_environment.py for where it is kept.",
)
