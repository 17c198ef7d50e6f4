"""Makes padded batches of sentence pairs with frazo.Pipeline.

usage: frazo_pairs.py FOLDER

The batches hold source, target (after <s>) and target_labels (before </s>) with their lengths.
"""

import sys
from collections.abc import Mapping

import numpy as np
from frazo.pipeline import Pipeline
from padded_pairs import BOUNDS, LIMITS, measure
from shuffled_source import shuffled_source


def count_lengths(batch: Mapping[str, np.ndarray]) -> tuple[int, int]:
    sides = ("source", "target_labels")
    real = sum(int(batch[f"{side}_length"].sum()) for side in sides)
    return real, sum(batch[side].size for side in sides)


def main() -> None:
    (folder,) = sys.argv[1:]
    batches = Pipeline(
        f"""
        source {{ {shuffled_source(folder)} }}
        processor {{
          tab_separated {{ columns: "source" columns: "target" }}
          steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{folder}/words" }} }} }} }}
          steps {{ tokenize {{ field: "target" tokenizer {{ word {{ vocabulary: "{folder}/words" }} }} }} }}
          steps {{ copy {{ field: "target" output: "target_labels" }} }}
          steps {{ append_eos {{ field: "source" eos_id: 2 }} }}
          steps {{ append_eos {{ field: "target_labels" eos_id: 2 }} }}
          steps {{ prepend_sos {{ field: "target" sos_id: 1 }} }}
        }}
        batcher {{
          buckets {{
            length_of: "source"
            length_of: "target_labels"
            bounds: {list(BOUNDS)}
            limits {{ examples: {list(LIMITS)} }}
          }}
        }}
        """
    )
    measure(batches.__next__, count_lengths)


if __name__ == "__main__":
    main()
