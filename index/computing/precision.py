"""In which precision a model computes."""

from __future__ import annotations

from index.computing.libraries import prepare


def bfloat16_is_fast() -> bool:
    """Tell whether this CPU multiplies bfloat16 in hardware."""
    prepare()
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
