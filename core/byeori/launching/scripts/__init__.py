"""Shell scripts that start one recipe on several machines, one template for each launcher."""

KINDS = ("torchrun", "deepspeed", "accelerate", "slurm")

__all__ = ["KINDS"]
