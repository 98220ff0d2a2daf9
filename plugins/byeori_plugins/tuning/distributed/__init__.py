"""Training in several processes: on the accelerators of one machine, or of several."""
