"""What to change where training became NaN or infinite: only what is not so already."""

from byeori_plugins.tuning.config import TrainingConfig


def against_divergence(config: TrainingConfig) -> str:
    """Which settings to change so that a run does not diverge, in the order to try them."""
    ways = [f"lower learning_rate ({config.learning_rate:g})"]
    if not (config.warmup_ratio or config.warmup_steps):
        constant = config.scheduler == "constant"
        ways.append("add warmup_steps" + (", with scheduler: constant_with_warmup" * constant))
    if not config.max_grad_norm:
        ways.append("set max_grad_norm: 1")
    if config.precision != "float32":
        ways.append("set precision: float32")
    return ", or ".join(ways)


def at_the_first_step(config: TrainingConfig) -> str:
    """The same for a loss of weights that no step has changed yet."""
    if config.precision != "float32":
        return "no step was made yet: set precision: float32, and check the model it starts from"
    return "no step was made yet: check the weights of the model it starts from"
