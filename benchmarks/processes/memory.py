"""What processes hold of a model between two micro-batches, counted, against the arithmetic."""

import gc
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

HIDDEN, LAYERS = 512, 16
"""A layer has more weights than ZeRO-3 leaves in all processes, and is a small part of them all."""
TOLERANCE = 0.1
_MICRO_BATCHES = 2


@dataclass(frozen=True)
class Bytes:
    """Bytes a weight of one process, on the accelerator and the host together.

    Attributes:
        expected: weights, gradients and states, without the buffers they travel through.
        found: of the tensors that are alive in Python, the buffers of one size left out.
    """

    strategy: str
    precision: str
    expected: float
    found: float

    @property
    def passed(self) -> bool:
        """Whether they agree."""
        return abs(self.found - self.expected) <= TOLERANCE * self.expected


def measure(strategies: Sequence[str], processes: int) -> list[Bytes]:
    """One after the other, in processes of their own."""
    from byeori_plugins.tuning.distributed.config import Distributed
    from byeori_plugins.tuning.distributed.memory import held

    rows = []
    weights = HIDDEN * HIDDEN * LAYERS
    for strategy in strategies:
        for precision in ("float32", "bfloat16"):
            part = held(Distributed.model_validate(strategy), processes, weights)
            expected = (part.model + part.host) / weights
            rows.append(Bytes(strategy, precision, expected, _run(strategy, precision, processes)))
    return rows


def table(rows: Sequence[Bytes]) -> str:
    """In Markdown."""
    lines = ["| strategy | precision | expected | found | |", "| --- | --- | ---: | ---: | --- |"]
    lines += [
        f"| {row.strategy} | {row.precision} | {row.expected:.2f} | {row.found:.2f} "
        f"| {'pass' if row.passed else 'FAIL'} |"
        for row in rows
    ]
    return "\n".join(lines)


def _run(strategy: str, precision: str, processes: int) -> float:
    import torch.multiprocessing as multiprocessing

    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    todo = (processes, port, strategy, precision, queue)
    workers = [context.Process(target=_work, args=(rank, *todo)) for rank in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError(f"a process of {strategy} failed")
    return float(queue.get())


def _work(rank: int, world: int, port: int, strategy: str, precision: str, queue: Any) -> None:
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(world))
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    import torch
    from torch import distributed

    distributed.init_process_group("gloo")
    torch.manual_seed(0)
    layers = [torch.nn.Linear(HIDDEN, HIDDEN, bias=False) for _ in range(LAYERS)]
    model = torch.nn.Sequential(*layers)
    del layers
    step = _stepper(model, strategy, precision, world)
    inputs = torch.randn(2, HIDDEN)
    for _ in range(2):
        found = step(inputs)
    if rank == 0:
        queue.put(found / (HIDDEN * HIDDEN * LAYERS))
    distributed.barrier()
    os._exit(0)  # DeepSpeed's threads do not all end by themselves


def _stepper(model: Any, strategy: str, precision: str, world: int) -> Any:
    """A function that makes a step, and returns the bytes held after its first micro-batch."""
    from byeori_plugins.tuning.distributed.config import Distributed

    spread = Distributed.model_validate(strategy)
    if spread.by_deepspeed:
        return _of_deepspeed(model, spread, precision, world)
    return _of_torch(model, spread.strategy, precision, world)


def _of_deepspeed(model: Any, spread: Any, precision: str, world: int) -> Any:
    import deepspeed
    import torch

    from byeori_plugins.tuning.distributed.zero import deepspeed_settings

    deepspeed.utils.logging.logger.setLevel("ERROR")
    settings = deepspeed_settings(spread, precision, pin=False)
    settings |= {
        "train_batch_size": 2 * world * _MICRO_BATCHES,
        "train_micro_batch_size_per_gpu": 2,
        "gradient_accumulation_steps": _MICRO_BATCHES,
        "gradient_clipping": 1.0,
    }
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    engine, *_ = deepspeed.initialize(model=model, optimizer=optimizer, config=settings)
    bucket = settings["zero_optimization"].get("reduce_bucket_size", 500_000_000)

    def step(inputs: Any) -> int:
        held = []
        for _ in range(_MICRO_BATCHES):
            engine.backward(engine(inputs).float().square().mean())
            held.append(_held(bucket))
            engine.step()
        return held[0]

    return step


def _of_torch(model: Any, strategy: str, precision: str, world: int) -> Any:
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    if strategy == "fsdp":
        mesh = init_device_mesh("cpu", (world,))
        for part in [*model, model]:
            fully_shard(part, mesh=mesh)
    wrapped = model if strategy == "fsdp" else torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def step(inputs: Any) -> int:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = wrapped(inputs).float().square().mean()
        loss.backward()
        held = _held(0)
        optimizer.step()
        optimizer.zero_grad()
        return held

    return step


def _held(bucket: int) -> int:
    """Bytes of all tensors that Python knows, each storage once, but for buckets of that size."""
    gc.collect()
    storages = {s.data_ptr(): s.nbytes() for s in _storages()}
    return sum(size for size in storages.values() if size // 4 != bucket and size // 2 != bucket)


def _storages() -> Iterator[Any]:
    import torch

    for found in gc.get_objects():
        # By type: what `isinstance` asks for makes some objects warn.
        if type(found) in (torch.Tensor, torch.nn.Parameter):
            yield from _local(found)
            if found.is_leaf and found.grad is not None:
                yield from _local(found.grad)
        elif type(found).__name__ == "DTensor":
            yield from _local(found)


def _local(tensor: Any) -> Iterator[Any]:
    part = getattr(tensor, "_local_tensor", tensor)
    if part.untyped_storage().nbytes():
        yield part.untyped_storage()
