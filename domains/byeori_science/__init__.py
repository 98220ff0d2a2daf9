"""Science and technology: papers and abstracts, four kinds of task, one suite of benchmarks.

After the paper on KONI-4B-it.
"""
