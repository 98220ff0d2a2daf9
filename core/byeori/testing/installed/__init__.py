"""The conformance suite for a plugin as it is installed (`byeori test-plugin`)."""
