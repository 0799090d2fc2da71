"""PyTorch with `torch.func`: `grad` inside of `grad`, `vmap` over the tasks."""

import sys

import torch
from torch.func import grad, grad_and_value, vmap

import gpt2_torch
import protocol


class TorchFunc(gpt2_torch.TorchPeer):
    def gradients(self):
        theta = {name: w.detach() for name, w in self.theta.items()}
        (d_theta, d_log_rates), loss = grad_and_value(self.outer_loss, argnums=(0, 1))(
            theta, self.log_rates.detach())
        return loss, d_theta, d_log_rates

    def outer_loss(self, theta, log_rates):
        rates = log_rates.exp()
        norm = gpt2_torch.fused_norm if self.problem.tasks == 1 else gpt2_torch.plain_norm

        def loss(p, tokens, weights):
            return gpt2_torch.loss(p, self.problem, tokens, weights, norm)

        def adapted_loss(facts, fact_weights, questions, question_weights):
            p = theta
            for k in range(self.problem.k):
                gradients = grad(loss)(p, facts, fact_weights)
                p = {name: p[name] - rate * gradients[name]
                     for name, rate in zip(self.theta, rates[:, k].unbind())}
            return loss(p, questions, question_weights)

        batch = (self.facts, self.fact_weights, self.questions, self.question_weights)
        if self.problem.tasks == 1:
            return adapted_loss(*(x[0] for x in batch))
        return vmap(adapted_loss)(*batch).mean()


if __name__ == "__main__":
    protocol.main(TorchFunc, sys.argv[1:])
