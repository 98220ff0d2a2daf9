"""Asking by the OpenAI Batch API: slower, and cheaper where the provider says so."""
