"""Keeps gRPC out of new processes; import this before whatever imports gRPC.

Otherwise gRPC starts threads in each forked process, whose files are closed before its program
begins: one start in a hundred ends with SIGABRT.
"""

import os

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
