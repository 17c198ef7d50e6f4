"""Prints the longest record of a TFRecord file compressed with zstd, read through Frazo's tf.data
source.
"""

import sys

from frazo import ops

records = ops.record_dataset([sys.argv[1]], compression="zstd")
print(max(records.as_numpy_iterator(), key=len).decode())
