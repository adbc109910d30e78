"""3-D CNNs of ours, under the names that torchvision and PyTorchVideo give to their tensors."""
