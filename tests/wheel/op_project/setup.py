"""A TensorFlow op of one's own on Frazo's runtime: python setup.py build_ext --inplace."""

import tensorflow as tf
from frazo import sysconfig
from setuptools import Extension, setup

setup(
    name="record_ops",
    ext_modules=[
        Extension(
            "record_ops",
            ["record_ops.cc"],
            extra_compile_args=[
                *tf.sysconfig.get_compile_flags(),
                *sysconfig.get_compile_flags(),
                # TensorFlow's own headers use what they call deprecated.
                "-Wno-deprecated-declarations",
                "-Wno-sign-compare",
            ],
            extra_link_args=[*tf.sysconfig.get_link_flags(), *sysconfig.get_link_flags()],
        )
    ],
)
