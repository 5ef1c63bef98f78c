"""In which precision a model computes."""

from __future__ import annotations


def bfloat16_is_fast() -> bool:
    """Tell whether this CPU multiplies bfloat16 in hardware."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
