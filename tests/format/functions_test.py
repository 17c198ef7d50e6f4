"""Functions are found with their lines and parameters."""

import textwrap

import pytest

from tests.format.functions import Function, cpp_functions, python_functions


def of_python(text: str) -> list[Function]:
    return list(python_functions(textwrap.dedent(text)))


def of_cpp(text: str) -> list[tuple[str, int, int, int]]:
    return [tuple(function) for function in cpp_functions(textwrap.dedent(text))]


def test_python_lines_reach_from_the_signature_to_the_last_line():
    text = '''
    @decorated
    def f(
        a,
        b,
    ):
        """Three lines of signature follow the first."""
        return a + b
    '''
    # The text begins with an empty line, so that `def` stands on line 3; the return is on line 8.
    assert of_python(text) == [("f", 3, 6, 2)]


def test_python_parameters_of_all_kinds_count():
    assert of_python("def f(a, /, b, *c, d, e=1, **g): pass") == [("f", 1, 1, 6)]


def test_self_and_cls_do_not_count():
    text = """
    class A:
        def f(self, a): pass
        @classmethod
        def g(cls, a): pass
        @staticmethod
        def h(a, b): pass
    """
    assert [(f.name, f.parameters) for f in of_python(text)] == [("f", 1), ("g", 1), ("h", 2)]


def test_a_python_function_in_another_counts_for_both():
    text = """
    def f():
        def g(a):
            return a
        return g
    """
    assert of_python(text) == [("f", 2, 4, 0), ("g", 3, 2, 1)]


def test_cpp_functions_of_namespaces_and_classes():
    text = """
    namespace frazo {
    namespace {

    int Sum(int a, int b) { return a + b; }

    }  // namespace

    class Counter final : public Base<int, 3> {
     public:
      explicit Counter(int start) : start_(start), steps_{1, 2} {}
      int value() const override { return start_; }
      virtual int limit() const = 0;

     private:
      int start_ = 0;
      int steps_[2] = {0, 0};
    };

    absl::Status Counter::Add(
        int a, const std::map<int, std::string>& names, std::function<void(int, int)> done) const {
      if (a) {
        done(a, a);
      }
      return {};
    }

    }  // namespace frazo
    """
    assert of_cpp(text) == [
        ("Sum", 5, 1, 2),
        ("Counter", 11, 1, 1),
        ("value", 12, 1, 0),
        ("Counter::Add", 20, 7, 3),
    ]


@pytest.mark.parametrize(
    ("signature", "name", "parameters"),
    [
        ("Foo Make(const Foo& foo = Foo(1, 2), int b = 3)", "Make", 2),
        ("template <typename T, int n> std::array<T, n> Make(T a)", "Make", 1),
        ("bool operator==(const A& a, const A& b)", "operator==", 2),
        ("int operator()(int a, int b) const", "operator()", 2),
        ('__attribute__((target("avx512f,avx512bw"))) void Add(float* a)', "Add", 1),
        ("Foo::Foo(Foo&& other) noexcept : a_(std::move(other.a_)), b_{1}", "Foo::Foo", 1),
        ("auto Get(int a) -> std::vector<int>", "Get", 1),
        ("struct Foo Make(int a)", "Make", 1),
        ("void Run(void (*done)(int, int), int (&sizes)[3])", "Run", 2),
        ("TEST_P(ReaderTest, ReadsAll)", "TEST_P", 2),
    ],
)
def test_cpp_signatures(signature, name, parameters):
    assert of_cpp(f"{signature} {{\n  return;\n}}\n") == [(name, 1, 3, parameters)]


@pytest.mark.parametrize(
    "text",
    [
        "// int F(int a) {\n",
        "/* int F(int a) {\n*/\n",
        "#define F(a) \\\n  int G(int b) {\n",
        "constexpr int kSizes[] = {1, 2};\n",
        'const char kText[] = "int F() {";\n',
        'const char kText[] = R"x(int F() {)")x";\n',
        "const bool kHas = [](int a) { return a > 1; }(2);\n",
        "enum class Kind : int { kOne, kTwo };\n",
        "int F(int a);\n",
        "const int kLarge = 1'000'000;\n",
        "const char kOpening = '{';\n",
        'REGISTER_OP("A").SetShapeFn([](Context* c) {\n  return c->Shape();\n});\n',
    ],
)
def test_cpp_that_defines_no_function(text):
    assert not of_cpp(text)
    assert of_cpp(text + "void After() {}\n") == [("After", text.count("\n") + 1, 1, 0)]


def test_cpp_that_is_not_understood_is_named():
    with pytest.raises(ValueError, match="line 2: this brace is not closed"):
        of_cpp("\nint F() {\n")
    with pytest.raises(ValueError, match="line 1: this brace opens neither a body nor"):
        of_cpp("int a = 1 { }\nint b;\n")
    with pytest.raises(ValueError, match="line 2: this brace closes nothing"):
        of_cpp("void F() {}\n}\n")
