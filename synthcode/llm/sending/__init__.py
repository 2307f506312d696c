"""Sending requests: the queue, retries, throttling and cancellation."""
