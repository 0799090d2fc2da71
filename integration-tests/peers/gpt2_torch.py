"""GPT-2 in PyTorch as a pure function of its weights, and what both PyTorch peers share.

The fused attention of PyTorch has no second derivative on CPUs, so attention is written out.
"""

import os

import torch
import torch.nn.functional as F

from problem import EPSILON, decays


def loss(p, sizes, tokens, weights, norm):
    """Returns the loss of one task: tokens [B, T], weights of their losses [B, T-1].

    norm is one of the two functions below.
    """
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    b, t = inputs.shape
    c, h = sizes.n_embd, sizes.n_head
    mask = causal(t)
    x = F.embedding(inputs, p["wte.weight"]) + p["wpe.weight"][:t]
    x = x.view(b * t, c)
    for layer in range(sizes.n_layer):
        def linear(name, x):
            name = f"h.{layer}.{name}"
            return torch.addmm(p[name + ".bias"], x, p[name + ".weight"])

        a = norm(p, f"h.{layer}.ln_1", x)
        q, k, v = linear("attn.c_attn", a).view(b, t, 3, h, c // h).permute(2, 0, 3, 1, 4).unbind()
        scores = (q * (c // h) ** -0.5) @ k.transpose(-2, -1) + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b * t, c)
        x = x + linear("attn.c_proj", mixed)
        m = F.gelu(linear("mlp.c_fc", norm(p, f"h.{layer}.ln_2", x)), approximate="tanh")
        x = x + linear("mlp.c_proj", m)
    logits = norm(p, "ln_f", x) @ p["wte.weight"].t()
    losses = F.cross_entropy(logits, targets.reshape(-1), reduction="none")
    return losses @ weights.reshape(-1)


def batched_loss(p, sizes, tokens, weights):
    """Returns the sum of the losses of N tasks with a copy of the weights [N, ...] for each.

    Tokens are [N, B, T]; each product is one batched product over the tasks.
    """
    inputs, targets = tokens[:, :, :-1], tokens[:, :, 1:]
    n, b, t = inputs.shape
    c, h = sizes.n_embd, sizes.n_head
    mask = causal(t)
    first = torch.arange(n).view(n, 1, 1) * sizes.vocab_size
    x = F.embedding(inputs + first, p["wte.weight"].reshape(-1, c))
    x = (x + p["wpe.weight"][:, None, :t]).view(n, b * t, c)

    def normed(name, x):
        x = F.layer_norm(x, (c,), eps=EPSILON)
        return torch.addcmul(p[name + ".bias"][:, None], x, p[name + ".weight"][:, None])

    for layer in range(sizes.n_layer):
        def linear(name, x):
            name = f"h.{layer}.{name}"
            return torch.baddbmm(p[name + ".bias"][:, None], x, p[name + ".weight"])

        a = linear("attn.c_attn", normed(f"h.{layer}.ln_1", x))
        q, k, v = a.view(n, b, t, 3, h, c // h).permute(3, 0, 1, 4, 2, 5).unbind()
        scores = (q * (c // h) ** -0.5) @ k.transpose(-2, -1) + mask
        mixed = (scores.softmax(-1) @ v).transpose(2, 3).reshape(n, b * t, c)
        x = x + linear("attn.c_proj", mixed)
        m = F.gelu(linear("mlp.c_fc", normed(f"h.{layer}.ln_2", x)), approximate="tanh")
        x = x + linear("mlp.c_proj", m)
    logits = torch.bmm(normed("ln_f", x), p["wte.weight"].transpose(1, 2))
    losses = F.cross_entropy(
        logits.view(-1, sizes.vocab_size), targets.reshape(-1), reduction="none")
    return losses @ weights.reshape(-1)


def fused_norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], EPSILON)


def plain_norm(p, name, x):
    """Returns the same as `fused_norm`, whose second derivative is wrong under `vmap` (2.13)."""
    x = F.layer_norm(x, x.shape[-1:], eps=EPSILON)
    return torch.addcmul(p[name + ".bias"], x, p[name + ".weight"])


def causal(tokens):
    return torch.full((tokens, tokens), -torch.inf).triu(1)


class TorchPeer:
    """Weights, rates and the outer AdamW; subclasses compute the gradient.

    The update is that of `reckoning bench step`: both gradients clipped at norm 0.1, AdamW with
    decay 0.05 on matrices, learning rates 1e-5 (weights) and 1e-3 (logarithms of inner rates).
    """

    VERSION = f"PyTorch {torch.__version__}"

    def __init__(self, problem, weights, log_rates, batch):
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.problem = problem
        self.theta = {name: torch.tensor(w, requires_grad=True) for name, w in weights.items()}
        self.log_rates = torch.tensor(log_rates, requires_grad=True)
        self.facts, self.fact_weights = torch.tensor(batch.facts), torch.tensor(batch.fact_weights)
        self.questions = torch.tensor(batch.questions)
        self.question_weights = torch.tensor(batch.question_weights)
        matrices = [w for name, w in self.theta.items() if decays(name)]
        others = [w for name, w in self.theta.items() if not decays(name)]
        self.optimizer = torch.optim.AdamW(
            [dict(params=matrices, weight_decay=0.05), dict(params=others, weight_decay=0),
             dict(params=[self.log_rates], lr=1e-3, weight_decay=0)],
            lr=1e-5, fused=True)

    def gradients(self):
        """Returns the outer loss, the gradients of the weights by name and that of the log rates."""
        raise NotImplementedError

    def gradient(self):
        loss, d_theta, d_log_rates = self.gradients()
        return loss.item(), {name: d.numpy() for name, d in d_theta.items()}, d_log_rates.numpy()

    def step(self):
        loss, d_theta, d_log_rates = self.gradients()
        for name, weight in self.theta.items():
            weight.grad = d_theta[name]
        self.log_rates.grad = d_log_rates
        norm = torch.nn.utils.clip_grad_norm_(self.theta.values(), 0.1)
        rates_norm = torch.nn.utils.clip_grad_norm_([self.log_rates], 0.1)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item(), norm.item(), rates_norm.item()

    def product_chain(self, size, products):
        x = torch.randn(size, size) / size**0.5

        def chain():
            y = x
            for _ in range(products):
                y = y @ x
            return y.sum().item()

        return chain
