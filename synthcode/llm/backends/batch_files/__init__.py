"""Batch files: requests as OpenAI's batch API and ``vllm run-batch`` read them, and the results that they write."""
