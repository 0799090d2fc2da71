"""JAX: the gradient and the update as one program by `jit`, `vmap` over the tasks.

JAX_INNER selects the derivative of an inner step:
  keep    reverse over reverse, all activations kept (the default)
  remat   the same with `jax.checkpoint` of each inner step
  mixed   Hessian-vector products, forward over reverse, which also recompute the step
"""

import os
import sys

import jax
import jax.numpy as jnp

import protocol
from problem import EPSILON, decays

INNER = os.environ.get("JAX_INNER", "keep")
BETAS = (0.9, 0.999)


def loss(p, sizes, tokens, weights):
    """Returns the loss of one task: tokens [B, T], weights of their losses [B, T-1]."""
    inputs, targets = tokens[:, :-1], tokens[:, 1:]
    b, t = inputs.shape
    c, h = sizes.n_embd, sizes.n_head
    mask = jnp.triu(jnp.full((t, t), -jnp.inf, jnp.float32), 1)
    x = (p["wte.weight"][inputs] + p["wpe.weight"][:t]).reshape(b * t, c)
    for layer in range(sizes.n_layer):
        def linear(name, x):
            name = f"h.{layer}.{name}"
            return x @ p[name + ".weight"] + p[name + ".bias"]

        a = linear("attn.c_attn", norm(p, f"h.{layer}.ln_1", x))
        q, k, v = a.reshape(b, t, 3, h, c // h).transpose(2, 0, 3, 1, 4)
        scores = (q * (c // h) ** -0.5) @ k.swapaxes(-2, -1) + mask
        mixed = (jax.nn.softmax(scores) @ v).swapaxes(1, 2).reshape(b * t, c)
        x = x + linear("attn.c_proj", mixed)
        m = jax.nn.gelu(linear("mlp.c_fc", norm(p, f"h.{layer}.ln_2", x)), approximate=True)
        x = x + linear("mlp.c_proj", m)
    logits = norm(p, "ln_f", x) @ p["wte.weight"].T
    own = jnp.take_along_axis(logits, targets.reshape(-1, 1), axis=-1)[:, 0]
    return (jax.nn.logsumexp(logits, axis=-1) - own) @ weights.reshape(-1)


def norm(p, name, x):
    centered = x - x.mean(-1, keepdims=True)
    scale = jax.lax.rsqrt((centered**2).mean(-1, keepdims=True) + EPSILON)
    return centered * scale * p[name + ".weight"] + p[name + ".bias"]


def mixed_mode(gradient):
    """Returns a gradient function whose own derivative is a Hessian-vector product."""
    mixed = jax.custom_vjp(gradient)

    def backward(arguments, cotangent):
        p, tokens, weights = arguments
        along = jax.jvp(lambda p: gradient(p, tokens, weights), (p,), (cotangent,))[1]
        return along, None, None

    mixed.defvjp(lambda *arguments: (gradient(*arguments), arguments), backward)
    return mixed


def outer_loss(parameters, batch, sizes):
    """Returns the mean loss of the questions after the inner steps on the facts."""
    theta, log_rates = parameters
    rates = jnp.exp(log_rates)
    names = sizes.shapes()  # JAX sorts the keys of p

    def task_loss(p, tokens, weights):
        return loss(p, sizes, tokens, weights)

    gradient = jax.grad(task_loss)
    if INNER == "mixed":
        gradient = mixed_mode(gradient)

    def inner_step(p, rates, facts, fact_weights):
        g = gradient(p, facts, fact_weights)
        return {name: p[name] - rate * g[name] for name, rate in zip(names, rates)}

    if INNER == "remat":
        inner_step = jax.checkpoint(inner_step)

    def adapted_loss(facts, fact_weights, questions, question_weights):
        p = theta
        for k in range(sizes.k):
            p = inner_step(p, rates[:, k], facts, fact_weights)
        return task_loss(p, questions, question_weights)

    if sizes.tasks == 1:
        return adapted_loss(*(x[0] for x in batch))
    return jax.vmap(adapted_loss)(*batch).mean()


def clipped(tree):
    """Returns the norm of all numbers of a tree and the tree with a norm of at most 0.1."""
    norm = jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(tree)))
    return norm, jax.tree.map(lambda x: x * jnp.minimum(1, 0.1 / norm), tree)


def adamw(w, m, v, g, count, rate, decay):
    m = BETAS[0] * m + (1 - BETAS[0]) * g
    v = BETAS[1] * v + (1 - BETAS[1]) * g**2
    direction = m / (1 - BETAS[0]**count) / (jnp.sqrt(v / (1 - BETAS[1]**count)) + 1e-8)
    return w - rate * (direction + decay * w), m, v


class JaxPeer:
    """Its update is that of `gpt2_torch.TorchPeer`, inside of the compiled program."""

    VERSION = f"JAX {jax.__version__}"

    def __init__(self, problem, weights, log_rates, batch):
        self.parameters = jax.tree.map(jnp.array, (weights, log_rates))
        self.first = jax.tree.map(jnp.zeros_like, self.parameters)
        self.second = jax.tree.map(jnp.zeros_like, self.parameters)
        self.count = 0
        self.batch = tuple(jnp.array(x) for x in (
            batch.facts, batch.fact_weights, batch.questions, batch.question_weights))
        gradient = jax.value_and_grad(outer_loss)
        self.gradient_program = jax.jit(lambda parameters, batch:
                                        gradient(parameters, batch, problem))

        def train(parameters, first, second, count, batch):
            loss, (d_theta, d_log_rates) = gradient(parameters, batch, problem)
            norm, d_theta = clipped(d_theta)
            rates_norm, d_log_rates = clipped(d_log_rates)
            (theta, log_rates), (m, m_rates), (v, v_rates) = parameters, first, second
            new = {name: adamw(theta[name], m[name], v[name], d_theta[name], count, 1e-5,
                               0.05 if decays(name) else 0) for name in theta}
            new_rates = adamw(log_rates, m_rates, v_rates, d_log_rates, count, 1e-3, 0)
            state = [({name: each[i] for name, each in new.items()}, new_rates[i])
                     for i in range(3)]
            return state, (loss, norm, rates_norm)

        self.train_program = jax.jit(train, donate_argnums=(0, 1, 2))

    def gradient(self):
        loss, (d_theta, d_log_rates) = jax.device_get(
            self.gradient_program(self.parameters, self.batch))
        return loss, d_theta, d_log_rates

    def step(self):
        self.count += 1
        state, results = self.train_program(
            self.parameters, self.first, self.second, float(self.count), self.batch)
        self.parameters, self.first, self.second = jax.block_until_ready(state)
        return tuple(float(x) for x in results)

    def product_chain(self, size, products):
        x = jax.random.normal(jax.random.key(1), (size, size)) / size**0.5

        @jax.jit
        def chain(x):
            y = x
            for _ in range(products):
                y = y @ x
            return y.sum()

        return lambda: float(chain(x))


if __name__ == "__main__":
    protocol.main(JaxPeer, sys.argv[1:])
