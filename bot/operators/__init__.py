"""What whoever runs the server may see of it: Prometheus metrics, on this machine."""
