"""Every benchmark, a table, a plot and a guard: `python -m tests.benchmarks`, or `make benchmark`.

Each engine runs in processes of its own, in turn. What counts are ratios within one run, of
processor time unless the plan says otherwise, which other programs disturb less than the clock.
They are compared with those recorded in `experiments/benchmarks/ratios.csv`, and one that has got
worse by more than its factor is refused. Needs the `benchmarks` extra.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

FOLDER = Path(__file__).parents[2] / "experiments" / "benchmarks"
_BEGIN, _END = "<!-- ratios: written by --record -->\n", "<!-- end of ratios -->"
_LIBRARIES = ("polars", "numpy", "xgboost", "xgboost-cpu", "pandas", "mlforecast", "scoringrules")
_RUNS = {
    **dict.fromkeys(("benchmark", "engine"), pl.String),
    "round": pl.Int64,
    **dict.fromkeys(("first", "best", "cpu_first", "cpu", "peak_mb", "trees", "load"), pl.Float64),
}


def run(plan: dict[str, Any], chosen: set[str]) -> pl.DataFrame:
    """Run the chosen benchmarks of a plan, engine after engine, round after round."""
    rows = []
    for name, one in plan["benchmarks"].items():
        if chosen and name not in chosen:
            continue
        for number in range(max(one["engines"].values())):
            for engine, rounds in one["engines"].items():
                if number >= rounds:
                    continue
                task = {
                    "module": one["module"],
                    "engine": engine.partition(" @")[0],
                    "params": one.get("params", {}) | one.get("sizes", {}).get(engine, {}),
                    "repeats": one.get("repeats", 1),
                }
                rows.append({"benchmark": name, "engine": engine, "round": number, **_work(task)})
                sys.stderr.write(f"{rows[-1]}\n")
    return pl.DataFrame(rows, schema=_RUNS)


def _work(task: dict[str, Any]) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks._work", json.dumps(task)]
    load = os.getloadavg()[0]
    threads = str(os.cpu_count() or 1)
    env = {**os.environ, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "load": load}


def ratios(plan: dict[str, Any], runs: pl.DataFrame) -> pl.DataFrame:
    """What the plan asks for: the lower the better, as median and range over the rounds."""
    rows = []
    for name, one in plan["ratios"].items():
        values = _values(one, runs)
        if values.size:
            middle, low, high = np.median(values), values.min(), values.max()
            row = {"ratio": name, "value": middle, "low": low, "high": high, "rounds": len(values)}
            rows.append({**row, "wanted": float(one["wanted"]), "factor": float(one["factor"])})
    return pl.DataFrame(rows)


def _values(one: dict[str, Any], runs: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One value a round; whoever ran fewer rounds than the other is taken by its median."""
    mine = runs.filter(benchmark=one["of"])
    take = one.get("measure", "cpu_first")
    if "growth" in one:
        return _growth(mine, one["growth"], take)
    above = mine.filter(engine=one["engine"])[take].to_numpy()
    if "than" not in one:
        return above
    if one["than"] in _RUNS:
        return above / mine.filter(engine=one["engine"])[one["than"]].to_numpy()
    below = mine.filter(engine=one["than"])[take].to_numpy()
    if min(len(above), len(below)) == 0:
        return np.array([])
    if len(above) > len(below):
        below = np.full(1, np.median(below))
    elif len(above) < len(below):
        above = np.full(1, np.median(above))
    return np.atleast_1d(above / below)


def _growth(
    runs: pl.DataFrame, sizes: dict[str, float], take: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Exponent of the growth of time or memory with the rows, by least squares of the logs.

    The least of all rounds counts: gigabytes that the machine has to find first cost several times
    the arithmetic, in one round and not in the next.
    """
    least = runs.group_by("engine").agg(pl.col(take).min())
    found = {row["engine"]: row[take] for row in least.to_dicts() if row["engine"] in sizes}
    if len(found) < 2:
        return np.array([])
    x = np.log([sizes[engine] for engine in found])
    return np.array([np.polyfit(x, np.log(list(found.values())), 1)[0]])


def worse(now: pl.DataFrame, recorded: pl.DataFrame) -> list[str]:
    """Sentences about the ratios that have got worse by more than their factor."""
    both = now.join(recorded.select("ratio", before="value"), on="ratio")
    bad = both.filter(pl.col("value") > pl.col("before") * pl.col("factor"))
    return [
        f"{row['ratio']}: {row['value']:.2f}, recorded {row['before']:.2f}; more than "
        f"{row['factor']:g} times as much"
        for row in bad.to_dicts()
    ]


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **libraries,
    }


def plot(table: pl.DataFrame, path: Path) -> None:
    """Each ratio with its range, against what was wanted."""
    import altair as alt

    base = alt.Chart(table).encode(y=alt.Y("ratio:N", sort=None, title=None))
    scale = alt.Scale(type="log")
    title = "ratio (the lower the better; tick: wanted)"
    chart = (
        base.mark_rule().encode(x=alt.X("low:Q", scale=scale, title=title), x2="high:Q")
        + base.mark_point(filled=True, size=60).encode(x=alt.X("value:Q", scale=scale))
        + base.mark_tick(color="firebrick", thickness=2).encode(x=alt.X("wanted:Q", scale=scale))
    )
    chart.properties(width=420).save(path)


def table_of(recorded: pl.DataFrame) -> str:
    """The ratios as a table of a page; what was not reached is bold."""
    lines = ["| ratio | median | range | rounds | wanted |", "|---|---|---|---|---|"]
    for row in recorded.sort("ratio").to_dicts():
        value, low, high, wanted = (_figure(row[k]) for k in ("value", "low", "high", "wanted"))
        shown = f"**{value}**" if row["value"] > row["wanted"] else value
        spread = f"{low}-{high}" if row["rounds"] > 1 else ""
        lines.append(f"| {row['ratio']} | {shown} | {spread} | {row['rounds']} | {wanted} |")
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _write_table(page: Path, recorded: pl.DataFrame) -> None:
    """Put the ratios into the page that tells of them."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}{table_of(recorded)}{_END}{after}", encoding="utf-8")


def main() -> int:
    """Run, compare, and record if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="benchmarks, with commas")
    parser.add_argument("--plan", type=Path, default=FOLDER / "plan.yaml")
    parser.add_argument("--record", action="store_true", help="keep the ratios to hold to")
    parser.add_argument("--out", type=Path, default=None, help="folder for the figures of this run")
    given = parser.parse_args()
    plan = yaml.safe_load(given.plan.read_text(encoding="utf-8"))
    runs = run(plan, {name for name in given.only.split(",") if name})
    now, held = ratios(plan, runs), FOLDER / "ratios.csv"
    with pl.Config(tbl_rows=-1, tbl_cols=-1, fmt_str_lengths=60, float_precision=2):
        sys.stdout.write(f"{now}\n")
    bad = worse(now, pl.read_csv(held)) if held.is_file() and not given.record else []
    if given.record:
        _keep(runs, now, FOLDER)
        _write_table(FOLDER / "README.md", pl.read_csv(held))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        _keep(runs, now, given.out)
    sys.stdout.write("".join(f"worse: {one}\n" for one in bad))
    return 1 if bad else 0


def _keep(runs: pl.DataFrame, now: pl.DataFrame, folder: Path) -> None:
    """Write the figures of what ran; what did not run keeps its own."""
    for fresh, name, key in ((runs, "runs.csv", "benchmark"), (now, "ratios.csv", "ratio")):
        path, whole = folder / name, fresh
        if path.is_file():
            before = pl.read_csv(path, schema=fresh.schema)
            whole = pl.concat([before.join(fresh, on=key, how="anti"), fresh])
        whole.sort(key, maintain_order=True).write_csv(path, float_precision=3)
    (folder / "machine.yaml").write_text(yaml.safe_dump(machine(), sort_keys=False), "utf-8")
    plot(pl.read_csv(folder / "ratios.csv"), folder / "ratios.svg")


if __name__ == "__main__":
    sys.exit(main())
