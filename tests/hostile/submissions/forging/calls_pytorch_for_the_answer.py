# Calls PyTorch for the answer.
# deserves: nothing for relu
# told: torch

def relu(z):
    import torch
    return torch.relu(torch.tensor(z)).numpy()
