"""The version of Frazo."""

VERSION = "0.1.0"
