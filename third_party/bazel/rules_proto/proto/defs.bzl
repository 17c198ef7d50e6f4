"""The proto rules by the names that Bazel's own tools load; all of them are native in Bazel 4."""

# buildifier: disable=native-proto
proto_lang_toolchain = native.proto_lang_toolchain

# buildifier: disable=native-proto
proto_library = native.proto_library
