"""Python tests run by pytest."""

def frazo_py_test(name, srcs, args = [], data = [], deps = [], size = "medium", **kwargs):
    """Runs pytest on one file.

    Args:
      name: as in py_test.
      srcs: the test file, alone.
      args: added to pytest's arguments.
      data: as in py_test.
      deps: as in py_test; pytest is part of the interpreter's environment.
      size: as in py_test; importing TensorFlow alone takes seconds, and much longer on a busy machine.
      **kwargs: as in py_test.
    """
    if len(srcs) != 1:
        fail("{}: srcs must be the one file that pytest runs, got {}".format(name, srcs))
    native.py_test(
        name = name,
        size = size,
        srcs = srcs + [Label("//third_party/rules:pytest_main.py")],
        main = Label("//third_party/rules:pytest_main.py"),
        args = ["$(location {})".format(srcs[0])] + args,
        data = data,
        deps = deps,
        **kwargs
    )
