"""The command line of a peer: checks gradients, or makes training steps on demand.

    python PEER.py --check DIRECTORY      compares with golden numbers
    python PEER.py KEY=VALUE ...          reads lines: `step` makes one step, `peak` measures the
                                          speed of matrix products; the end of the input ends it

Answers are lines `result NAME VALUE`; `result done` ends each. `reckoning bench step --on-demand`
speaks the same protocol.
"""

import re
import statistics
import sys
import time

import golden
from problem import Problem


def main(peer, arguments):
    """Runs a peer: a class with `VERSION`, `gradient`, `step` and `product_chain`."""
    if arguments[:1] == ["--check"]:
        sys.exit(0 if golden.check(arguments[1], peer) else 1)
    problem = Problem.parse(arguments)
    running = peer(problem, problem.weights(), problem.log_rates(), problem.batch())
    answer(version=peer.VERSION)
    for line in sys.stdin:
        if line.strip() == "step":
            step(running)
        elif line.strip() == "peak":
            answer(peak=peak(running))


def step(running):
    wall, cpu = time.perf_counter(), time.process_time()
    loss, norm, rates_norm = running.step()
    answer(
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
        peak_bytes=peak_bytes(),
        loss=loss,
        norm=norm,
        rates_norm=rates_norm)


def answer(**results):
    for name, value in results.items():
        print("result", name, value)
    print("result done", flush=True)


def peak_bytes():
    """Returns the most resident memory so far (Linux)."""
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1])


def peak(running, size=2048, products=4, runs=7):
    """Returns operations a second of float32 matrix products, the median of several runs."""
    chain = running.product_chain(size, products)
    chain()
    chain()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        chain()
        seconds.append(time.perf_counter() - start)
    return 2 * products * size**3 / statistics.median(seconds)
