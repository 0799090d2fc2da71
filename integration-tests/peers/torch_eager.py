"""PyTorch as most people write it: eager, `autograd.grad` with `create_graph=True`.

All tasks are one batch: each has its own copy of the weights, and every op runs once for all.
`TORCH_TASKS=loop` differentiates task by task instead.
"""

import os
import sys

import torch

import gpt2_torch
import protocol


class TorchEager(gpt2_torch.TorchPeer):
    def gradients(self):
        n = self.problem.tasks
        if n == 1:
            return self.gradients_of(self.task_loss(0))
        if os.environ.get("TORCH_TASKS", "batch") == "batch":
            return self.gradients_of(self.batch_loss() / n)
        results = [self.gradients_of(self.task_loss(task) / n) for task in range(n)]
        loss, d_theta, d_log_rates = results[0]
        for other_loss, other_d_theta, other_d_log_rates in results[1:]:
            loss += other_loss
            torch._foreach_add_(list(d_theta.values()), list(other_d_theta.values()))
            d_log_rates += other_d_log_rates
        return loss, d_theta, d_log_rates

    def gradients_of(self, loss):
        inputs = [*self.theta.values(), self.log_rates]
        *d_theta, d_log_rates = torch.autograd.grad(
            loss, inputs, allow_unused=True, materialize_grads=True)
        return loss.detach(), dict(zip(self.theta, d_theta)), d_log_rates

    def task_loss(self, task):
        def loss(p, tokens, weights):
            return gpt2_torch.loss(p, self.problem, tokens[task], weights[task],
                                   gpt2_torch.fused_norm)

        return self.adapted_loss(self.theta, loss)

    def batch_loss(self):
        def loss(p, tokens, weights):
            return gpt2_torch.batched_loss(p, self.problem, tokens, weights)

        n = self.problem.tasks
        copies = {name: w.expand(n, *w.shape) for name, w in self.theta.items()}
        return self.adapted_loss(copies, loss)

    def adapted_loss(self, theta, loss):
        """Returns the loss of the questions after the inner steps on the facts."""
        rates = self.log_rates.exp()
        for k in range(self.problem.k):
            inner = loss(theta, self.facts, self.fact_weights)
            gradients = torch.autograd.grad(inner, list(theta.values()), create_graph=True)
            theta = {name: w - rate * g
                     for (name, w), g, rate in zip(theta.items(), gradients, rates[:, k].unbind())}
        return loss(theta, self.questions, self.question_weights)


if __name__ == "__main__":
    protocol.main(TorchEager, sys.argv[1:])
