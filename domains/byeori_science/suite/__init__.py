"""The nine benchmarks of KONI-4B-it as one evaluation."""

from byeori_science.suite.benchmarks import BENCHMARKS, Benchmark
from byeori_science.suite.evaluator import Suite, SuiteConfig

__all__ = ["BENCHMARKS", "Benchmark", "Suite", "SuiteConfig"]
