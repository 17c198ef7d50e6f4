"""Training steps of the Transformer of language_model.py as a user of PyTorch would write them.

usage: torch_language.py

Attention is PyTorch's own fused one, and Adam its fused one where there is one for processors. The
peak of the machine is that of TensorFlow: only the rate is printed.
"""

import torch
from figures import print_figures
from language_workload import SOS, Transformer, random_ids, training_rate
from torch import nn
from torch.nn import functional


class Layer(nn.Module):
    """x + attention(norm(x)), then x + feed_forward(norm(x))."""

    def __init__(self, sizes: Transformer):
        super().__init__()
        self.heads = sizes.heads
        self.attention_norm, self.feed_forward_norm = (
            nn.LayerNorm(sizes.dim),
            nn.LayerNorm(sizes.dim),
        )
        self.query_key_value = nn.Linear(sizes.dim, 3 * sizes.dim)
        self.joined = nn.Linear(sizes.dim, sizes.dim)
        self.hidden = nn.Linear(sizes.dim, sizes.hidden_units)
        self.output = nn.Linear(sizes.hidden_units, sizes.dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, time_, dim = x.shape
        projected = self.query_key_value(self.attention_norm(x)).view(
            rows, time_, 3, self.heads, -1
        )
        queries, keys, values = projected.permute(2, 0, 3, 1, 4)
        sums = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.joined(sums.transpose(1, 2).reshape(rows, time_, dim))
        return x + self.output(functional.relu(self.hidden(self.feed_forward_norm(x))))


class Model(nn.Module):
    """From ids to logits."""

    def __init__(self, sizes: Transformer):
        super().__init__()
        self.table = nn.Embedding(sizes.vocabulary, sizes.dim)
        nn.init.normal_(self.table.weight, std=sizes.dim**-0.5)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))
        self.norm = nn.LayerNorm(sizes.dim)
        self.scale = sizes.dim**0.5
        half = sizes.dim // 2
        timescales = 1e4 ** (torch.arange(half) / max(half - 1, 1))
        angles = torch.arange(sizes.tokens)[:, None] / timescales
        self.register_buffer("positions", torch.cat([angles.sin(), angles.cos()], 1))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.table(ids) * self.scale + self.positions
        for layer in self.layers:
            x = layer(x)
        return functional.linear(self.norm(x), self.table.weight)


def training(sizes: Transformer):
    """Returns the model, and what does a step and returns its loss."""
    torch.manual_seed(1)
    model = Model(sizes)
    optimizer = _adam(model)
    labels = torch.from_numpy(random_ids(sizes.vocabulary, sizes.rows, sizes.tokens, 0)).long()
    tokens = torch.cat([torch.full((sizes.rows, 1), SOS), labels[:, :-1]], 1)

    def step() -> float:
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(tokens).flatten(0, 1), labels.flatten())
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, step


def _adam(model: nn.Module) -> torch.optim.Optimizer:
    settings = {"lr": 1e-4, "betas": (0.9, 0.98), "eps": 1e-9}
    try:
        return torch.optim.Adam(model.parameters(), fused=True, **settings)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(model.parameters(), **settings)


def main() -> None:
    _, step = training(Transformer())
    print_figures(rate=training_rate(step))


if __name__ == "__main__":
    main()
