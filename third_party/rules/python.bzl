"""Python libraries and programs below one import root, and tests run by pytest."""

# The folders that Python imports from; everything else is imported from the top of the workspace.
_IMPORT_ROOTS = ["python", "tools"]

def _import_root():
    folders = native.package_name().split("/")
    return ["/".join([".."] * (len(folders) - 1))] if folders[0] in _IMPORT_ROOTS and len(folders) > 1 else []

def frazo_py_library(name, imports = [], **kwargs):
    """A py_library that is imported by its path below python/ or tools/: `import frazo.layers.linear`.

    Args:
      name: as in py_library.
      imports: further import roots, as in py_library.
      **kwargs: as in py_library.
    """
    native.py_library(name = name, imports = _import_root() + imports, **kwargs)

def frazo_py_binary(name, **kwargs):
    """A py_binary that is imported like a frazo_py_library.

    Args:
      name: as in py_binary.
      **kwargs: as in py_binary, without imports.
    """
    native.py_binary(name = name, imports = _import_root(), **kwargs)

def frazo_py_test(name, srcs, **kwargs):
    """Runs pytest on one file.

    Args:
      name: as in py_test.
      srcs: the test file, alone.
      **kwargs: as in frazo_py_tests.
    """
    if len(srcs) != 1:
        fail("{}: srcs must be the one file that pytest runs, got {}".format(name, srcs))
    frazo_py_tests(name, srcs, **kwargs)

def frazo_py_tests(name, srcs, args = [], data = [], deps = [], size = "medium", **kwargs):
    """Runs pytest on several files in one process, which imports what they share once.

    For files that are quick, need no environment of their own, and leave the process as they found it.

    Args:
      name: as in py_test.
      srcs: the test files.
      args: added to pytest's arguments.
      data: as in py_test.
      deps: as in py_test; pytest is part of the interpreter's environment.
      size: as in py_test; importing TensorFlow alone takes seconds, and much longer on a busy machine.
      **kwargs: as in py_test.
    """
    native.py_test(
        name = name,
        size = size,
        srcs = srcs + [Label("//third_party/rules:pytest_main.py")],
        main = Label("//third_party/rules:pytest_main.py"),
        args = ["$(location {})".format(source) for source in srcs] + args,
        data = data,
        deps = deps,
        **kwargs
    )
