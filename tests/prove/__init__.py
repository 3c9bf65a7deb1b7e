"""What `make test`, `make lint` and `make soak` run."""
