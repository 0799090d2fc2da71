"""Markdown of measurements."""

from statistics import median

from problem import Problem
from programs import CASES, PROGRAMS

COLUMNS = ["program", "start, s", "first step, s", "from cache, s", "step, s", "shortest, s",
           "CPU s / step", "peak memory, GB", "of the floor", "best peer = 1"]
TOLERANCE = 1e-3  # between the losses and gradient norms of peers, relative


def document(records, cases):
    """Returns the facts about the machine and one table for each case with measurements."""
    machines = {f"- {r['time'][:10]}: {r['text']}" for r in records if r["kind"] == "machine"}
    versions = {f"- {r['version']}" for r in records if "version" in r}
    parts = ["\n".join(sorted(machines) + sorted(versions))]
    for case in cases:
        of_case = [r for r in records if r.get("case") == case]
        if of_case:
            parts.append(section(case, of_case))
    return "\n\n".join(parts)


def section(case, records):
    programs = [name for name in PROGRAMS if any(r["program"] == name for r in records)]
    peak = max(numbers(records, "peak", "peak"), default=0)
    flops = Problem.parse(CASES[case].split()).least_flops()
    floor = flops / peak if peak else None
    steps = {name: numbers(of(records, name), "step", "seconds") for name in programs}
    best = min((median(steps[name]) for name in programs
                if PROGRAMS[name].is_peer() and steps[name]), default=None)
    lines = [f"`{CASES[case]}`: {least(flops, peak, floor)}.{built(records)}", "",
             row(COLUMNS), row(["---"] * len(COLUMNS))]
    lines += [row(cells(name, of(records, name), floor, best)) for name in programs]
    return "\n".join(lines + disagreements(records, programs))


def least(flops, peak, floor):
    text = f"{flops / 1e9:.1f} GFLOP of matrix products without repetition"
    if floor:
        text += f"; at the measured {peak / 1e9:.0f} GFLOP/s they take {floor:.3g} s, the floor"
    return text


def built(records):
    flops = {round(x / 1e9, 1) for x in numbers(records, "peak", "flops")}
    if not flops:
        return ""
    return f" The graph of this program has {', '.join(map(str, sorted(flops)))} GFLOP of them."


def cells(name, records, floor, best):
    """Returns a row; what was not measured is empty."""
    def middle(kind, value):
        return rounded(numbers(records, kind, value), median)

    cells = [PROGRAMS[name].title] + [
        middle(kind, "seconds") for kind in ("start", "first", "cached", "step")]
    seconds = numbers(records, "step", "seconds")
    if not seconds:
        reasons = [r["text"] for r in records if r["kind"] == "failure"]
        return cells[:-1] + ["failed: " + reasons[-1] if reasons else ""] + [""] * 5
    peaks = [bytes / 1e9 for bytes in numbers(records, "step", "peak_bytes")]
    return cells + [
        rounded(seconds, min), middle("step", "cpu_seconds"), rounded(peaks, max),
        f"{100 * floor / median(seconds):.0f} %" if floor else "",
        f"{best / median(seconds):.2f}" if best else ""]


def disagreements(records, programs):
    """Says which peers found another loss or gradient norm in their first step."""
    lines = []
    for value in ("loss", "norm", "rates_norm"):
        found = {}
        for name in programs:
            numbers_of_name = [float(r[value]) for r in of(records, name)
                               if r["kind"] in ("first", "cached")]
            if PROGRAMS[name].is_peer() and numbers_of_name:
                found[name] = numbers_of_name[0]
        if found and max(found.values()) - min(found.values()) > TOLERANCE * max(found.values()):
            lines += ["", f"The peers disagree on {value}: {found}"]
    return lines


def of(records, name):
    return [r for r in records if r["program"] == name]


def numbers(records, kind, value):
    return [float(r[value]) for r in records if r["kind"] == kind and value in r]


def rounded(values, of_values):
    if not values:
        return ""
    value = of_values(values)
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def row(cells):
    return "| " + " | ".join(cells) + " |"
