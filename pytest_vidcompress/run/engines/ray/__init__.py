"""The engine of `--vc-engine=ray`: actors on the nodes of a Ray cluster, fed by this process."""
