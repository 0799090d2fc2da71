"""Compares the gradients of a peer with a directory of golden numbers."""

import json
import pathlib

import numpy as np

from problem import Batch, Problem

CASES = ("sgd_k0", "sgd_k1", "sgd_k2", "sgd_k4")
LIMIT = 1e-3  # of the norm of a difference, relative to the norm of the golden number
DTYPES = {"F32": np.float32, "F64": np.float64}


def safetensors(path):
    """Reads a safetensors file: tensors by name."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            numbers = np.frombuffer(data[start + begin : start + end], DTYPES[entry["dtype"]])
            tensors[name] = numbers.reshape(entry["shape"])
    return tensors


def check(directory, peer):
    """Prints one line a case and returns whether all numbers agree.

    A batch of two tasks has the golden task twice: its mean loss and gradients are the same.
    """
    directory = pathlib.Path(directory)
    config = json.loads((directory / "config.json").read_text())
    inputs = json.loads((directory / "inputs.json").read_text())
    losses = json.loads((directory / "expected.json").read_text())
    expected = safetensors(directory / "expected.safetensors")
    weights = {name.removeprefix("transformer."): tensor
               for name, tensor in safetensors(directory / "model.safetensors").items()}
    sizes = {key: config[key] for key in
             ("n_layer", "n_embd", "n_head", "vocab_size", "n_positions")}
    agrees = True
    for case in CASES:
        for tasks in (1, 2):
            k = int(case.removeprefix("sgd_k"))
            problem = Problem(**sizes, k=k, tasks=tasks)
            rates = np.stack([expected[f"rates/sgd/{name}"][:k] for name in problem.shapes()])
            batch = Batch.of(*(np.array([inputs[name]] * tasks) for name in
                               ("facts", "facts_target", "questions", "questions_target")))
            running = peer(problem, {name: weights[name] for name in problem.shapes()},
                           np.log(rates).astype(np.float32), batch)
            errors = compare(problem, rates, running.gradient(), losses, expected, case)
            agrees &= all(error < LIMIT for error in errors.values())
            print(f"{case}, tasks {tasks}:",
                  ", ".join(f"{what} {error:.1e}" for what, error in errors.items()), flush=True)
    return agrees


def compare(problem, rates, found, losses, expected, case):
    """Returns relative errors by name.

    A weight's gradient that is 0 in theory (the keys' biases) is only rounding. So all weights of a
    case are compared as one vector, and so are all rates.
    """
    loss, d_theta, d_log_rates = found
    names = list(problem.shapes())
    errors = {"loss": relative([loss], [losses[case]["outer_loss"]]),
              "d_theta": relative([d_theta[name] for name in names],
                                  [expected[f"{case}/d_theta/{name}"] for name in names])}
    if problem.k > 0:
        errors["d_rate"] = relative(
            d_log_rates / rates, [expected[f"{case}/d_rate/{name}"] for name in names])
    return errors


def relative(found, expected):
    """Returns the norm of the difference, relative to the norm of the expected numbers."""
    found, expected = (np.concatenate([np.ravel(x).astype(np.float64) for x in tensors])
                       for tensors in (found, expected))
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)
