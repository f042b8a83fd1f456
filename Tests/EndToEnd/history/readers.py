"""Those who read: by pages of one table, by empty pushes, by streams; and those who go back to old cursors."""

import time

from household.client import NoAnswer
from household.eventstream import EventStream, changes
from household.lines import Refused
from household.mismatch import Mismatch

from .record import Answered

_LONGEST_SILENCE = 75.0  # seconds of a stream, whose heartbeats come every 30
_LIMITS = (1, 2, 3, 7, 20, 100, 1000)


class Pages:
    """A chain of pages: of one table by pull, or of all by pushes without changes."""

    def __init__(self, history, door, samples, chain, pause=0.04):
        self.history, self.door, self.samples, self.chain, self.pause = history, door, samples, chain, pause

    def run(self, stop, give_up):
        while not stop.is_set():
            try:
                self.read()
            except NoAnswer:
                time.sleep(0.01)
            time.sleep(self.door.random.uniform(0, self.pause))

    def drain(self, has_all, give_up):
        """Reads on to the end of the log."""
        while not give_up.is_set():
            try:
                if not self.read(1000):
                    return
            except NoAnswer:
                time.sleep(0.01)

    def read(self, limit=None):
        """Reads one page; whether there is more."""
        chain, since = self.chain, self.chain.since
        limit = limit or self.door.random.choice(_LIMITS)
        began = time.monotonic()
        page = ask(self.door, chain, since, limit)
        self.history.count("pulls" if chain.tables else "empty pushes")
        numbers = self.history.numbers(chain.scope, page.changes, chain.name)
        if since is not None and page.until < since:
            self.history.violation("a cursor steps back", chain.name, since, page.until)
        if page.changes and since is not None and page.until <= since:
            self.history.violation("a page with changes leaves the cursor where it was", chain.name, since)
        if chain.tables and len(numbers) > limit:
            self.history.violation("a page is longer than its limit", chain.name, limit, len(numbers))
        if page.more and not numbers:
            self.history.violation("a page says there is more and brings nothing", chain.name, since)
        chain.numbers.extend(numbers)
        chain.since = page.until
        told = None if self.history.says_nothing(chain, since, page) else began
        chain.answers.append(Answered(told, len(chain.numbers), page.more, page.until))
        self.samples.add((chain, since, limit, numbers, page.until if page.more else None), self.door.random)
        return page.more


class Samples:
    """Some of the pages that were read, to be read again. Bounded; a newer one takes the place of any."""

    def __init__(self, bound=400):
        self._kept, self._bound = [], bound

    def add(self, sample, chance):
        if len(self._kept) < self._bound:
            self._kept.append(sample)
        elif chance.random() < 0.3:
            self._kept[chance.randrange(self._bound)] = sample

    def take(self, chance):
        return chance.choice(self._kept) if self._kept else None


class Rereader:
    """Reads old pages again: the same cursor gives the same changes, and perhaps more behind them."""

    def __init__(self, history, door, samples):
        self.history, self.door, self.samples = history, door, samples

    def run(self, stop, give_up):
        while not stop.is_set():
            time.sleep(self.door.random.uniform(0, 0.03))
            sample = self.samples.take(self.door.random)
            try:
                if sample:
                    self._again(*sample)
            except NoAnswer:
                pass

    def _again(self, chain, since, limit, numbers, until):
        """`until`: the page's cursor if it was a full one, which then is a function of its rows."""
        page = ask(self.door, chain, since, limit)
        self.history.count("pages read again")
        if self.history.says_nothing(chain, since, page):
            return
        again = self.history.numbers(chain.scope, page.changes, chain.name)
        if again[: len(numbers)] != numbers:
            missing = [number for number in numbers if number not in again[: len(numbers)]][:5]
            self.history.violation("an old cursor gives other changes", chain.name, since, f"not there: {missing}")
        elif until is not None and (page.until, again) != (until, numbers):
            self.history.violation("a full page is another when read again", chain.name, since, until, page.until)

    def drain(self, has_all, give_up):
        pass


def ask(door, chain, since, limit):
    user, app = chain.scope
    if chain.tables:
        return door.pull(user, app, chain.client, since, chain.tables[0], limit)
    return door.push(user, app, chain.client, since, [])


class Stream:
    """A chain of events, over as many streams as come to be cut. A slow one reads little and late."""

    def __init__(self, history, door, chain, slow=False):
        self.history, self.door, self.chain, self.slow = history, door, chain, slow
        self._stream, self._hurry = None, False

    def run(self, stop, give_up):
        user, app = self.chain.scope
        while not stop.is_set():
            try:
                port = self.door.random.choice(self.door.ports)
                window = 4096 if self.slow else None
                token = self.door.token(user)
                self._stream = EventStream(
                    port, app, token, self.chain.client, self.chain.since, self.chain.tables, window, _LONGEST_SILENCE
                )
                self.history.count("streams opened")
                self._follow(stop)
            except NoAnswer:
                time.sleep(0.02)
            except Refused as refused:
                if refused.status != 503:
                    self.history.violation(f"a stream was answered {refused.status}", self.chain.name)
                time.sleep(0.02)
            except Mismatch as mismatch:
                self.history.violation("a stream of another form", self.chain.name, mismatch.report())
                time.sleep(0.1)

    def _follow(self, stop):
        for kind, data, _ in self._stream:
            if stop.is_set():
                return
            if kind != "changes":
                continue
            event, chain = changes(data), self.chain
            self.history.count("stream events")
            if chain.since is not None and event.synced_until <= chain.since:
                self.history.violation("a stream's cursor steps back", chain.name, chain.since, event.synced_until)
            chain.numbers.extend(self.history.numbers(chain.scope, event.changes, chain.name))
            chain.since = event.synced_until
            chain.answers.append(Answered(None, len(chain.numbers), event.has_more, event.synced_until))
            if self.slow and not self._hurry:
                time.sleep(self.door.random.uniform(0.02, 0.2))
            if self.door.random.random() < 0.005:
                self._stream.cut()
                self.history.count("streams cut by their reader")
                return

    def drain(self, has_all, give_up):
        """Waits until the stream has brought everything."""
        self._hurry = True
        while not has_all(self.chain) and not give_up.is_set():
            time.sleep(0.01)

    def cut(self):
        if self._stream is not None:
            self._stream.cut()
