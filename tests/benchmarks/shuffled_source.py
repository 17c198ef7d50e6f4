"""The source that our programs of data_plane.py read."""

SHUFFLE_BUFFER = 10_000


def shuffled_source(folder: str) -> str:
    """Textproto of a RecordSource: the *.tfrecord of a folder, without end."""
    return f"""
        files {{
          files {{ patterns: "{folder}/*.tfrecord" }}
          shuffle {{ buffer_records: {SHUFFLE_BUFFER} }}
        }}
    """
