"""One engine in a process of its own: `python -m tests.benchmarks._work TASK`."""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from typing import Any


def measure(task: dict[str, Any]) -> dict[str, float]:
    """Time the first repetition, and the best of them all."""
    module = import_module(f"tests.benchmarks.{task['module']}")
    run, check = module.prepare(task["engine"], task["params"])
    wall, cpu = [], []
    figures: dict[str, float] = {}
    for _ in range(task["repeats"]):
        begun = time.perf_counter(), time.process_time()
        result = run()
        wall.append(time.perf_counter() - begun[0])
        cpu.append(time.process_time() - begun[1])
        if isinstance(result, dict):
            figures = result
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    check(result)
    times = {"first": wall[0], "best": min(wall), "cpu_first": cpu[0], "cpu": min(cpu)}
    return {**times, "peak_mb": peak, **figures}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(json.loads(sys.argv[1]))))
