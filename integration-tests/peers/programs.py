"""The programs of the comparison, the computations, and processes that make steps on demand."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).resolve().parent
LAUNCHER = HERE.parents[1] / "reckoning"

SIXTEEN = "model=tiny k=4 tasks=16 facts=5 fact_tokens=11 questions=4 question_tokens=48"

CASES = {
    "small_k1": "model=small k=1",
    "small_k2": "model=small k=2",
    "small_k4": "model=small k=4",
    "small_k8": "model=small k=8",
    "six_layers": "model=small n_layer=6 k=4",
    "tiny": SIXTEEN,
    "wide": SIXTEEN + " n_layer=4 n_embd=128",
    "quickstart": SIXTEEN + " vocab_size=74",
}

# The first keeps large blocks in the heap of the process, the second never returns them.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "34359738368"}


@dataclass(frozen=True)
class Program:
    """A way to compute a step.

    words are further words of `reckoning bench step`, script is a peer of this directory.
    """

    title: str
    script: str = ""
    words: str = ""
    environment: dict = field(default_factory=dict)
    many_tasks: bool = False  # only where a batch has several tasks

    def is_peer(self):
        return bool(self.script)

    def suits(self, case):
        return "tasks=16" in CASES[case] or not self.many_tasks

    def command(self, case):
        words = CASES[case].split()
        if self.is_peer():
            return [sys.executable, str(HERE / self.script), *words]
        return [str(LAUNCHER), "bench", "step", "--on-demand", *words, *self.words.split()]


PROGRAMS = {
    "reckoning": Program("this program"),
    "reckoning_groups": Program("this program, two groups of tasks",
                                words="task_groups=2", many_tasks=True),
    "reckoning_default": Program("this program, XLA's default runtime",
                                 environment={"XLA_FLAGS": "--xla_cpu_use_thunk_runtime=true"}),
    "reckoning_onednn": Program("this program, oneDNN",
                                environment={"XLA_FLAGS": "--xla_cpu_use_thunk_runtime=false"}),
    "reckoning_bfloat16": Program("this program, products in bfloat16",
                                  words="matmul_dtype=bfloat16"),
    "torch_eager": Program("PyTorch, eager", "torch_eager.py"),
    "torch_eager_malloc": Program("PyTorch, eager, malloc thresholds raised", "torch_eager.py",
                                  environment=MALLOC),
    "torch_loop": Program("PyTorch, eager, a loop over tasks", "torch_eager.py",
                          environment={"TORCH_TASKS": "loop"}, many_tasks=True),
    "torch_func": Program("PyTorch, `torch.func`", "torch_func.py"),
    "torch_func_malloc": Program("PyTorch, `torch.func`, malloc thresholds raised",
                                 "torch_func.py", environment=MALLOC),
    "jax": Program("JAX, `jit`", "jax_jit.py"),
    "jax_remat": Program("JAX, `jit`, inner steps in `checkpoint`", "jax_jit.py",
                         environment={"JAX_INNER": "remat"}),
    "jax_mixed": Program("JAX, `jit`, forward over reverse", "jax_jit.py",
                         environment={"JAX_INNER": "mixed"}),
}


class Failure(Exception):
    """A program that cannot do what it was asked for; the text is the reason."""


class Running:
    """A process of a program for one case.

    caches is a directory for programs that compilers keep; it decides what a first step costs.
    """

    def __init__(self, name, case, caches, limit):
        self.limit = limit
        kept = pathlib.Path(caches).resolve() / case / name
        self.cached = kept.is_dir() and any(kept.iterdir())
        kept.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory='{kept}'",
            "JAX_COMPILATION_CACHE_DIR": str(kept),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PLATFORMS": "cpu",
            **PROGRAMS[name].environment,
        }
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        start = time.perf_counter()
        self.process = subprocess.Popen(
            PROGRAMS[name].command(case), env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        self.about = self._answer()
        self.start_seconds = time.perf_counter() - start

    def ask(self, line):
        """Sends a line and returns the results by name."""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the missing answer gives the reason
        return self._answer()

    def _answer(self):
        timer = threading.Timer(self.limit, self._kill)
        timer.start()
        try:
            results = {}
            for line in self.process.stdout:
                words = line.rstrip("\n").split(" ", 2)
                if words[0] != "result":
                    continue
                if words[1] == "done":
                    return results
                results[words[1]] = words[2]
        finally:
            timer.cancel()
        self.process.wait()
        raise Failure(results.get("failure") or self._last_error())

    def _last_error(self):
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        code = self.process.returncode
        if code == -signal.SIGKILL:
            return f"killed: out of memory, or an answer took longer than {self.limit} s"
        return lines[-1] if lines else f"the process ended with exit code {code}"

    def _kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self._kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()
