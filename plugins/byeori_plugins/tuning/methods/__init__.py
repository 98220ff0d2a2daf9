"""The methods: which weights learn."""
