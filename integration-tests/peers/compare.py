"""Measures programs in turn and prints tables; README.md explains both.

    python compare.py measure CASE [--programs A,B] [--rounds N] [--steps N] ...
    python compare.py table
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import time

import tables
from programs import CASES, LAUNCHER, PROGRAMS, Failure, Running


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--results", default="results.jsonl",
                        help="file to which measurements are added (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    table = commands.add_parser("table", help="print all measurements of the file")
    table.add_argument("cases", nargs="*", help="default: all")
    measure = commands.add_parser("measure", help="measure one case and print its table")
    measure.add_argument("case", choices=CASES)
    measure.add_argument("--programs", default=",".join(PROGRAMS),
                         help="comma-separated (default: %(default)s)")
    measure.add_argument("--rounds", type=int, default=1, help="turns of each program")
    measure.add_argument("--steps", type=int, default=2, help="timed steps of a turn")
    measure.add_argument("--together", action="store_true",
                         help="keep all processes; otherwise each turn is a new process")
    measure.add_argument("--threads", type=int, default=2, help="processors to use")
    measure.add_argument("--caches", default="caches",
                         help="directory of compiled programs (default: %(default)s)")
    measure.add_argument("--limit", type=int, default=600, help="seconds an answer may take")
    options = parser.parse_args()
    results = Results(options.results)
    if options.command == "measure":
        unknown = [name for name in options.programs.split(",") if name not in PROGRAMS]
        if unknown:
            parser.error(f"{unknown[0]} is not a program; known: {', '.join(PROGRAMS)}")
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
        results.add(kind="machine", text=machine())
        Sitting(options, results).run()
        print(tables.document(results.read(), [options.case]))
    else:
        print(tables.document(results.read(), options.cases or list(CASES)))


class Sitting:
    """The measurements of one case."""

    def __init__(self, options, results):
        self.options = options
        self.results = results
        self.names = [name for name in options.programs.split(",")
                      if PROGRAMS[name].suits(options.case)]
        self.running = {}

    def run(self):
        try:
            for round in range(self.options.rounds):
                for name in list(self.names):
                    self.turn(name, last=round == self.options.rounds - 1)
        finally:
            for program in self.running.values():
                program.close()

    def turn(self, name, last):
        """Makes the steps of one turn; the first step of a process is not one of them."""
        try:
            if name not in self.running:
                self.start(name)
            program = self.running[name]
            for _ in range(self.options.steps):
                self.record(name, "step", program.ask("step"))
            if last:
                self.record(name, "peak", program.ask("peak"))
        except Failure as failure:
            self.names.remove(name)
            self.results.add(kind="failure", case=self.options.case, program=name,
                             text=str(failure))
            print(f"{name} failed: {failure}", flush=True)
            last = True
        if name in self.running and (last or not self.options.together):
            self.running.pop(name).close()

    def start(self, name):
        program = Running(name, self.options.case, self.options.caches, self.options.limit)
        self.running[name] = program
        self.record(name, "start", {"seconds": program.start_seconds, **program.about})
        self.record(name, "cached" if program.cached else "first", program.ask("step"))

    def record(self, name, kind, values):
        print(name, kind, *(f"{what} {value}" for what, value in values.items()), flush=True)
        self.results.add(kind=kind, case=self.options.case, program=name, **values)


class Results:
    """A file of measurements, one JSON object a line."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def add(self, **values):
        with self.path.open("a") as file:
            file.write(json.dumps({"time": time.strftime("%Y-%m-%d %H:%M"), **values}) + "\n")

    def read(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]


def machine():
    """Describes processors, memory, system and the state of the sources."""
    processor = platform.machine()
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=LAUNCHER.parent,
                            capture_output=True, text=True).stdout.strip()
    return (f"{processor}, limited to {len(os.sched_getaffinity(0))} CPUs, {memory:.1f} GB of "
            f"memory, {platform.system()} {platform.release()}; this program at {commit}")


if __name__ == "__main__":
    main()
