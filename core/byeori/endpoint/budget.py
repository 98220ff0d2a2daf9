"""What is still to be spent: asked before a request is sent."""

import asyncio
from collections import deque
from dataclasses import dataclass

from byeori.endpoint.prices import Budget, Prices
from byeori.errors import StoppedError
from byeori.ledger import Spent
from byeori.store.answer_rows import Question

UNLIMITED_ANSWER = 4096
"""Tokens an answer is taken to have, at most, where neither `max_tokens` nor an answer says."""
TEMPLATE_TOKENS = 64
"""What a server's chat template may add to a prompt."""
LIMITS_ON_ANSWERS = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a request that is on the way may take at most."""

    tokens: int
    money: float


class Purse:
    """What one model may take, of which no more is promised than there is.

    Before a request is sent, the most it can take is put aside: a token for each byte of the
    prompt, since no tokeniser of bytes makes more, and `max_tokens` for the answer. So a limit is
    kept, though a hundred requests are on the way.
    """

    def __init__(self, budget: Budget | None, prices: Prices | None, spent: Spent) -> None:
        self._budget = budget
        self._prices = prices
        self._spent = spent
        self._on_the_way = 0
        self._tokens_aside = 0
        self._money_aside = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._longest_answer = 0

    async def reserve(self, question: Question) -> Reserved | None:
        """Wait until the request fits in what is left; then `release` it in the end.

        Raises:
            StoppedError: it does not, and nothing is on the way that could take less than was put
                aside.
        """
        if self._budget is None:
            return None
        wanted = self._most(question)
        wait = bool(self._waiting)  # behind those who wait already
        while wait or (over := self._over(self._budget, wanted)):
            if not wait and not self._on_the_way:
                raise StoppedError(over)
            freed = asyncio.get_running_loop().create_future()
            # One that still does not fit stays the first.
            (self._waiting.append if wait else self._waiting.appendleft)(freed)
            await freed
            wait = False
        self._on_the_way += 1
        self._tokens_aside += wanted.tokens
        self._money_aside += wanted.money
        self._wake()
        return wanted

    def release(self, reserved: Reserved | None) -> None:
        """The request has been answered, and what it took is paid; or it will not be."""
        if reserved is None:
            return
        self._on_the_way -= 1
        self._tokens_aside -= reserved.tokens
        self._money_aside = self._money_aside - reserved.money if self._on_the_way else 0.0
        self._wake()

    def _wake(self) -> None:
        """Let the first who waits look again; it wakes the next if it fits."""
        while self._waiting:
            freed = self._waiting.popleft()
            if not freed.done():  # not cancelled
                freed.set_result(None)
                return

    def pay(self, prompt_tokens: int | None, completion_tokens: int | None) -> None:
        """Count an answer."""
        prompt, completion = prompt_tokens or 0, completion_tokens or 0
        self._longest_answer = max(self._longest_answer, completion)
        self._spent.answers += 1
        self._spent.prompt_tokens += prompt
        self._spent.completion_tokens += completion
        if self._prices is not None:
            self._spent.money += self._prices.of(prompt, completion)

    def _most(self, question: Question) -> Reserved:
        limits = [question.request.get(name) for name in LIMITS_ON_ANSWERS]
        known = [limit for limit in limits if isinstance(limit, int)]
        answer = min(known) if known else max(UNLIMITED_ANSWER, self._longest_answer)
        prompt = len(question.text.encode()) + TEMPLATE_TOKENS
        money = 0.0 if self._prices is None else self._prices.of(prompt, answer)
        return Reserved(prompt + answer, money)

    def _over(self, budget: Budget, wanted: Reserved) -> str:
        """What to say where it does not fit; empty where it does."""
        spent = self._spent
        cases = (
            ("requests", budget.requests, spent.answers, self._on_the_way, 1),
            ("tokens", budget.tokens, spent.tokens, self._tokens_aside, wanted.tokens),
            ("money", budget.money, spent.money, self._money_aside, wanted.money),
        )
        for name, limit, used, promised, more in cases:
            if limit is not None and used + promised + more > limit:
                return (
                    f"`budget.{name}: {limit:,}` is used up: {used:,.6g} spent, and the next "
                    f"request may take {more:,.6g}. Raise it and run again: the answers so far are "
                    "kept, and count as spent"
                )
        return ""
