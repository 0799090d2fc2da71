"""The computation that all programs here do: its sizes, initial weights and tokens."""

from dataclasses import dataclass, fields, replace

import numpy as np

EPSILON = 1e-5  # of the layer normalizations
INITIAL_RATE = 1e-3  # of every inner learning rate

PRESETS = {
    "micro": dict(n_layer=1, n_embd=16, n_head=2, vocab_size=64, n_positions=32),
    "tiny": dict(n_layer=2, n_embd=64, n_head=4, vocab_size=512, n_positions=128),
    "small": dict(n_layer=12, n_embd=768, n_head=12, vocab_size=50257, n_positions=1024),
}


@dataclass(frozen=True)
class Problem:
    """Sizes of the model and of a batch. The keys are those of `reckoning bench step`."""

    n_layer: int
    n_embd: int
    n_head: int
    vocab_size: int
    n_positions: int
    k: int = 4
    tasks: int = 1
    facts: int = 4
    fact_tokens: int = 32
    questions: int = 1
    question_tokens: int = 32

    @staticmethod
    def parse(words):
        """Reads KEY=VALUE words; `model` selects the sizes that the other keys change."""
        values = dict(word.split("=", 1) for word in words)
        problem = Problem(**PRESETS[values.pop("model", "small")])
        known = [field.name for field in fields(Problem)]
        for key in values:
            if key not in known:
                raise SystemExit(f"{key} is not a known key; known: model, {', '.join(known)}")
        return replace(problem, **{key: int(value) for key, value in values.items()})

    def shapes(self):
        """Returns the shape of every weight by its Hugging Face name; `x W + b` with W [in, out]."""
        c = self.n_embd
        shapes = {"wte.weight": (self.vocab_size, c), "wpe.weight": (self.n_positions, c)}
        for layer in range(self.n_layer):
            h = f"h.{layer}."
            sizes = {"attn.c_attn": (c, 3 * c), "attn.c_proj": (c, c)}
            sizes |= {"mlp.c_fc": (c, 4 * c), "mlp.c_proj": (4 * c, c)}
            for name in ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"):
                shapes[h + name + ".weight"] = sizes.get(name, (c,))
                shapes[h + name + ".bias"] = sizes.get(name, (c,))[-1:]
        shapes["ln_f.weight"] = shapes["ln_f.bias"] = (c,)
        return shapes

    def weights(self):
        """Returns random initial weights, the same for every program."""
        random = np.random.default_rng(3)
        weights = {}
        for name, shape in self.shapes().items():
            if name.endswith(".bias"):
                weights[name] = np.zeros(shape, np.float32)
            elif len(shape) == 1:
                weights[name] = np.ones(shape, np.float32)
            else:
                weights[name] = np.float32(0.02) * random.standard_normal(shape, np.float32)
        return weights

    def log_rates(self):
        """Returns the logarithms of the inner rates [tensors, K]."""
        return np.full((len(self.shapes()), self.k), np.log(INITIAL_RATE), np.float32)

    def batch(self):
        """Returns random tokens that fill the shape; every token but the first is a target."""
        random = np.random.default_rng(4)

        def sequences(count, tokens):
            return random.integers(0, self.vocab_size, (self.tasks, count, tokens))

        facts = sequences(self.facts, self.fact_tokens)
        questions = sequences(self.questions, self.question_tokens)
        return Batch.of(facts, np.ones_like(facts), questions, np.ones_like(questions))

    def least_flops(self):
        """Returns the operations of the matrix products that one gradient needs.

        An inner step costs three forward passes over the facts, its exact derivative six more if
        nothing is computed twice, and the outer loss three over the questions.
        """
        facts = self._forward_flops(self.facts, self.fact_tokens - 1)
        questions = self._forward_flops(self.questions, self.question_tokens - 1)
        return self.tasks * (9 * self.k * facts + 3 * questions)

    def _forward_flops(self, sequences, tokens):
        dense = 12 * self.n_layer * self.n_embd**2 + self.vocab_size * self.n_embd
        attention = 2 * self.n_layer * tokens * self.n_embd
        return 2 * sequences * tokens * (dense + attention)


@dataclass(frozen=True)
class Batch:
    """Tokens [N, B, T] and weights of their losses [N, B, T-1], which sum to 1 for each task.

    Token t+1 is predicted at position t. A loss is the mean over sequences of the mean over their
    target tokens. Padding is on the right: causal attention hides it, and its weights are 0.
    """

    facts: np.ndarray
    fact_weights: np.ndarray
    questions: np.ndarray
    question_weights: np.ndarray

    @staticmethod
    def of(facts, fact_targets, questions, question_targets):
        """Takes tokens and targets [N, B, T]; a target is 1, any other token 0."""

        def weights(targets):
            scored = targets[:, :, 1:].astype(np.float32)
            return scored / scored.sum(-1, keepdims=True) / scored.shape[1]

        return Batch(facts, weights(fact_targets), questions, weights(question_targets))


def decays(name):
    """Says whether the outer AdamW decays a weight: not biases and layer normalizations."""
    return not name.endswith(".bias") and "ln_" not in name
