"""How torch and FAISS use the threads of this machine: said before either of them is loaded."""

from __future__ import annotations

import functools
import os

# Each of the two brings an OpenMP of its own, and after each piece of work the threads of both wait
# for the next by spinning: on a machine with other work to do they
# take the time of those that they wait for. docs/adr/0023 has the measurements.
_SETTINGS = {
    "GOMP_SPINCOUNT": "1000",
    # A tokenizer that has started threads of its own warns whenever a process is forked.
    "TOKENIZERS_PARALLELISM": "false",
    # oneDNN compiles a kernel for every shape of a batch and keeps so many of them. There are
    # fewer shapes than that (`index.computing.batches`), so each is compiled once.
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "512",
}
# Who sets one of these has thought of how threads wait.
_WAITING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


@functools.cache
def prepare() -> None:
    """Set what torch and FAISS read when they are loaded, unless the user has.

    Called before every first import of either; the import of a module of ours sets nothing.
    """
    for name, value in _SETTINGS.items():
        if name in _WAITING and any(other in os.environ for other in _WAITING):
            continue
        os.environ.setdefault(name, value)
