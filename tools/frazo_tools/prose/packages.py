"""The Debian packages with the most English prose for their size."""

# In Debian 12 they have this size together.
PACKAGES_MB = 109
PACKAGES = (
    "anarchism",
    "debian-handbook",
    "debian-policy",
    "debian-reference-en",
    "developers-reference",
    "git-doc",
    "linux-doc-6.1",
    "postgresql-doc-15",
    "python3.11-doc",
    "sqlite3-doc",
)
