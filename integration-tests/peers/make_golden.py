"""Writes a directory of golden numbers by float64 automatic differentiation in PyTorch.

python make_golden.py DIR n_layer=3 n_embd=24 n_head=4 seed=7   # a random model and random tokens
python make_golden.py DIR from=../src/test/resources/golden/gpt2-micro   # its model and tokens

`mvn -B verify -Dgolden.dir=DIR` compares this program with it. The README.md of gpt2-micro says what the files hold.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

from golden import safetensors
from problem import EPSILON, Problem

SIZES = dict(n_layer=2, n_embd=16, n_head=4, vocab_size=61, n_positions=24)
LENGTHS = {"facts": ((9, 2), (7, 2), (5, 3)), "questions": ((11, 6), (8, 5))}  # tokens, prompt
BETA_1, BETA_2, ADAM_EPSILON, DECAY, MOMENTUM = 0.9, 0.95, 1e-8, 0.01, 0.9
CASES = {
    "sgd_k0": ("sgd", 0, True), "sgd_k1": ("sgd", 1, True), "sgd_k2": ("sgd", 2, True),
    "sgd_k4": ("sgd", 4, True), "sgd_momentum_k3": ("momentum", 3, True),
    "adamw_k2": ("adamw", 2, True), "sgd_first_order_k2": ("sgd", 2, False),
}  # inner optimizer, K, whether the gradient is exact


def logits(p, sizes, tokens, attention):
    """Returns logits [B, T, V]; padded keys are masked."""
    b, t = tokens.shape
    c, h = sizes["n_embd"], sizes["n_head"]
    hidden = torch.ones(t, t, dtype=torch.bool).triu(1) | (attention == 0)[:, None, None]
    x = p["wte.weight"][tokens] + p["wpe.weight"][:t]

    def norm(name, x):
        return F.layer_norm(x, (c,), p[name + ".weight"], p[name + ".bias"], EPSILON)

    for layer in range(sizes["n_layer"]):
        def linear(name, x):
            name = f"h.{layer}.{name}"
            return x @ p[name + ".weight"] + p[name + ".bias"]

        a = linear("attn.c_attn", norm(f"h.{layer}.ln_1", x))
        q, k, v = a.view(b, t, 3, h, c // h).permute(2, 0, 3, 1, 4).unbind()
        scores = (q @ k.transpose(-2, -1) / math.sqrt(c // h)).masked_fill(hidden, -math.inf)
        x = x + linear("attn.c_proj", (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c))
        m = F.gelu(linear("mlp.c_fc", norm(f"h.{layer}.ln_2", x)), approximate="tanh")
        x = x + linear("mlp.c_proj", m)
    return norm("ln_f", x) @ p["wte.weight"].t()


def loss(p, sizes, inputs, kind):
    """Returns the mean over sequences of the mean over their target tokens."""
    tokens, target = inputs[kind], inputs[kind + "_target"][:, 1:]
    scored = logits(p, sizes, tokens, inputs[kind + "_attention"])[:, :-1]
    losses = F.cross_entropy(scored.transpose(1, 2), tokens[:, 1:], reduction="none")
    return ((losses * target).sum(-1) / target.sum(-1)).mean()


def root(x):
    """Returns the square root, whose derivative at 0 is taken as 0."""
    zero = x == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, x).sqrt())


def updated(optimizer, theta, g, state, rate, step):
    """Returns a weight after an inner step, and its optimizer state."""
    if optimizer == "sgd":
        return theta - rate * g, None
    if optimizer == "momentum":
        buffer = g if state is None else MOMENTUM * state + g
        return theta - rate * buffer, buffer
    m, v = state or (0.0, 0.0)
    m, v = BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * g * g
    direction = (m / (1 - BETA_1**step)) / (root(v / (1 - BETA_2**step)) + ADAM_EPSILON)
    return theta - rate * DECAY * theta - rate * direction, (m, v)


def run(case, theta, rates, sizes, inputs):
    """Returns the outer loss, the inner losses and the tensors of a case."""
    optimizer, k, exact = CASES[case]
    start = {name: w.clone().requires_grad_() for name, w in theta.items()}
    steps = {name: r[:k].clone().requires_grad_() for name, r in rates.items()}
    adapted, states, inner = start, dict.fromkeys(theta), []
    for step in range(k):
        inner.append(loss(adapted, sizes, inputs, "facts"))
        gradients = torch.autograd.grad(
            inner[-1], list(adapted.values()), create_graph=exact, retain_graph=True)
        after = {}
        for name, g in zip(list(adapted), gradients):
            after[name], states[name] = updated(
                optimizer, adapted[name], g, states[name], steps[name][step], step + 1)
        adapted = after
    inner.append(loss(adapted, sizes, inputs, "facts"))
    outer = loss(adapted, sizes, inputs, "questions")
    wanted = list(start.values()) + (list(steps.values()) if k else [])
    found = torch.autograd.grad(outer, wanted)
    tensors = {f"{case}/adapted/{name}": w for name, w in adapted.items()}
    tensors |= {f"{case}/d_theta/{name}": d for name, d in zip(start, found)}
    tensors |= {f"{case}/d_rate/{name}": d for name, d in zip(steps, found[len(start):])}
    return outer.item(), [each.item() for each in inner], tensors


def write_safetensors(path, tensors):
    header, chunks, end = {}, [], 0
    for name, tensor in tensors.items():
        data = np.ascontiguousarray(tensor).tobytes()
        dtype = {"float32": "F32", "float64": "F64"}[str(tensor.dtype)]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [end, end + len(data)]}
        chunks.append(data)
        end += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


def random_inputs(random, vocabulary):
    """Returns padded tokens, with attention and targets."""
    inputs = {}
    for kind, lengths in LENGTHS.items():
        longest = max(length for length, _ in lengths)
        real = [[int(t < length) for t in range(longest)] for length, _ in lengths]
        inputs[kind] = (random.integers(1, vocabulary, np.shape(real)) * real).tolist()
        inputs[kind + "_attention"] = real
        inputs[kind + "_target"] = [
            [int(prompt <= t < length) for t in range(longest)] for length, prompt in lengths]
    return inputs


def main(directory, **words):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True)
    source = words.pop("from", None)
    random = np.random.default_rng(int(words.pop("seed", 1)))
    if source:
        source = pathlib.Path(source)
        config = json.loads((source / "config.json").read_text())
        weights = {name.removeprefix("transformer."): w
                   for name, w in safetensors(source / "model.safetensors").items()}
        inputs = json.loads((source / "inputs.json").read_text())
        golden = safetensors(source / "expected.safetensors")
        rates = {kind: {name: golden[f"rates/{kind}/{name}"] for name in weights} for kind in ("sgd", "adamw")}
    else:
        config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "layer_norm_epsilon": EPSILON,
                  "activation_function": "gelu_new"} | {key: int(words.get(key, n)) for key, n in SIZES.items()}
        config |= {"bos_token_id": config["vocab_size"] - 1, "eos_token_id": config["vocab_size"] - 1}
        shapes = Problem(**{key: config[key] for key in SIZES}).shapes()
        weights = {name: np.float32(0.08) * random.standard_normal(shape, np.float32)
                   + np.float32("ln_" in name and name.endswith("weight")) for name, shape in shapes.items()}
        inputs = random_inputs(random, config["vocab_size"] - 1)
        rates = {kind: {name: random.uniform(low, 4 * low, 4) for name in weights}
                 for kind, low in (("sgd", 0.02), ("adamw", 0.002))}
    sizes = {key: config[key] for key in SIZES}
    theta = {name: torch.tensor(w, dtype=torch.float64) for name, w in weights.items()}
    tokens = {name: torch.tensor(value) for name, value in inputs.items()}
    tensors = {f"logits/{kind}": logits(theta, sizes, tokens[kind], tokens[kind + "_attention"])
               for kind in LENGTHS}
    losses = {}
    for kind, each in rates.items():
        tensors |= {f"rates/{kind}/{name}": torch.tensor(rate) for name, rate in each.items()}
    for case, (optimizer, _, _) in CASES.items():
        used = rates["adamw" if optimizer == "adamw" else "sgd"]
        outer, inner, found = run(
            case, theta, {name: torch.tensor(r) for name, r in used.items()}, sizes, tokens)
        losses[case] = {"outer_loss": outer, "inner_losses": inner}
        tensors |= found
    (directory / "config.json").write_text(json.dumps(config, indent=1))
    (directory / "inputs.json").write_text(json.dumps(inputs))
    (directory / "expected.json").write_text(json.dumps(losses, indent=1))
    write_safetensors(directory / "model.safetensors", {"transformer." + name: w for name, w in weights.items()})
    write_safetensors(directory / "expected.safetensors", {name: t.detach().numpy() for name, t in tensors.items()})


if __name__ == "__main__":
    if len(sys.argv) < 2 or "=" in sys.argv[1]:
        raise SystemExit(__doc__)
    main(sys.argv[1], **dict(word.split("=", 1) for word in sys.argv[2:]))
