"""Measurements that stay in the repository: understanding, speed, memory."""
