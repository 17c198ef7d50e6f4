"""Shows and compares checkpoints, and makes others of them.

    ./bazelw run -c opt //tools:checkpoint -- list /tmp/mnist/log
    ./bazelw run -c opt //tools:checkpoint -- list /tmp/mnist/log/train/ckpt-00001640 --filter=conv
    ./bazelw run -c opt //tools:checkpoint -- compare LOGDIR/train/ckpt-00000820 LOGDIR/train/ckpt-00001640
    ./bazelw run -c opt //tools:checkpoint -- average /tmp/mnist/mean /tmp/mnist/log --last=3
    ./bazelw run -c opt //tools:checkpoint -- export /tmp/mnist/log /tmp/mnist/lenet5.safetensors --dtype=bfloat16
    ./bazelw run -c opt //tools:checkpoint -- import /tmp/mnist/lenet5.safetensors /tmp/mnist/imported --model=image.mnist.LeNet5
    ./bazelw run -c opt //tools:checkpoint -- import /tmp/lingvo/train/ckpt-00300000 /tmp/mt/log --rules=lingvo/transformer.textproto --model=mt.wmt14_en_de.WmtEnDeTransformerBase
    ./bazelw run -c opt //tools:checkpoint -- ctranslate2 /tmp/mt/log /tmp/mt/ct2 --model=mt.gettext_en_de.TransformerTiny
    ./bazelw run -c opt //tools:checkpoint -- upcycle /tmp/lm/dense /tmp/lm/experts --model=lm.synthetic_packed_input.MoELmTiny2x2

A CHECKPOINT is LOGDIR/train/ckpt-NUMBER. LOGDIR, or another folder of checkpoints, stands for the
newest one in it. The path of another program's TensorFlow checkpoint, without .index, is one, too.
What is read is verified by its checksums.

OUT is a new log directory with one checkpoint, in OUT/train. Give OUT as --logdir to evalers,
decoders and exports, and OUT/train as warm_start.checkpoint. It appears when it is complete.
Nothing that exists is replaced, and Ctrl+C leaves nothing behind.

A checkpoint is the same whatever the mesh of its training. Any other mesh reads it, each process
its own part, so that there is nothing to reshard.

The exit code is 0, 1 if compared checkpoints differ, or 2 after an error. See also
`checkpoint COMMAND --help`.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence

from frazo.config import ConfigError
from frazo.program.command_line import run_program
from frazo.program.errors import JobError
from frazo.program.tensorflow_start import start_tensorflow
from frazo_tools.checkpoint.arguments import parse_arguments

_FAILED = 2
_INTERRUPTED = 130
# The other end of the pipe was closed, as `head` does.
_PIPE_CLOSED = 141


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = parse_arguments(__doc__, arguments)
    start_tensorflow()
    try:
        return _commands()[options.command](options)
    except BrokenPipeError:
        # Python would report the error once more when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        print(f"checkpoint {options.command}: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except (ConfigError, JobError, OSError) as error:
        print(f"checkpoint {options.command}: {error}", file=sys.stderr)
        return _FAILED


def _commands() -> dict[str, Callable[[argparse.Namespace], int]]:
    # Imported here: they need TensorFlow, which takes seconds.
    from frazo_tools.checkpoint import (
        average,
        compare,
        ctranslate2_export,
        export,
        importing,
        listing,
        upcycle,
    )

    return {
        "list": listing.run,
        "compare": compare.run,
        "average": average.run,
        "export": export.run,
        "import": importing.run,
        "ctranslate2": ctranslate2_export.run,
        "upcycle": upcycle.run,
    }


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # Like Ctrl+C: partly written files are removed.
    signal.signal(signal.SIGTERM, _interrupt)
    run_program(main)
