"""One run: servers, clients, faults; then peace, the log, and the verdict."""

import sys
import threading
import time
import traceback

from household.client import HTTPTransport, NoAnswer, Tokens

from .door import Door
from .readers import Pages, Rereader, Samples, Stream
from .shared import SharedRun
from .verdict import judge
from .writers import TABLES, Writer

SCOPES = (("ada", "house"), ("ada", "work"), ("bob", "house"), ("eve", "house"))
_LONGEST_END = 60.0  # seconds until threads that were told to stop have done so
_PATIENCE = 20.0  # seconds without progress after the faults, until what is under way counts as lost


class Run:
    """`patience`: how long after the faults something may still be missing from a reader while none gets on. `service`: who knows the members of spaces, where
    the servers have any."""

    def __init__(self, history, ports, seed, patience=_PATIENCE, service=None):
        self.history, self.ports, self.seed, self.patience = history, ports, seed, patience
        self.tokens, self.samples, self._doors = Tokens(), Samples(), 0
        for user in dict.fromkeys(user for user, _ in SCOPES):
            self.tokens.token(user, HTTPTransport(ports[0]))
        self.shared = SharedRun(history, ports, self.tokens, service, seed) if service else None
        self.writers = [
            Writer(history, self._door(), scope, client, client == "a") for scope in SCOPES for client in ("a", "b", None)
        ]
        self.readers = [reader for scope in SCOPES for reader in self._readers(scope)]
        self.readers += [Rereader(history, self._door(), self.samples) for _ in range(3)]

    def run(self, seconds, faults=None):
        stop, give_up = threading.Event(), threading.Event()
        stop_writers, stop_faults = threading.Event(), threading.Event()
        readers = [self._thread(reader.run, stop, give_up) for reader in self.readers]
        writers = [self._thread(writer.run, stop_writers, give_up) for writer in self.writers]
        sharing = [self._thread(part, stop_writers) for part in self.shared.parts()] if self.shared else []
        disturbing = [self._thread(faults.run, stop_faults)] if faults else []
        time.sleep(seconds)
        stop_faults.set()
        self._join(disturbing)
        stop_writers.set()
        ended = threading.Event()
        self._thread(self._watch, ended, give_up)
        self._join(writers)
        self._join(sharing)
        logs = {scope: self._log(scope) for scope in SCOPES}
        has_all = {chain: sum(map(chain.wants, (self.history.sent[number] for number in logs[chain.scope])))
                   for chain in self.history.chains}  # fmt: skip
        done = lambda chain: len(chain.numbers) >= has_all[chain]
        streams = [reader for reader in self.readers if isinstance(reader, Stream)]
        for stream in streams:
            stream.drain(done, give_up)
        stop.set()
        for stream in streams:
            stream.cut()
        self._join(readers)
        for reader in self.readers:
            if reader not in streams:
                reader.drain(done, give_up)
        ended.set()
        judge(self.history, logs)
        if self.shared:
            self.shared.finish()

    def _watch(self, ended, give_up):
        """Sets `give_up` when nothing has got on for so long: a slow reader of a long run has far to go."""
        reached, since = None, time.monotonic()
        while not ended.wait(0.2):
            at = sum(len(chain.numbers) for chain in self.history.chains), self.history.counts["pushes answered"]
            if at != reached:
                reached, since = at, time.monotonic()
            elif time.monotonic() - since > self.patience:
                return give_up.set()

    def _thread(self, work, *arguments):
        def guarded():
            try:
                work(*arguments)
            except BaseException as error:  # noqa: B902 - told of in the report
                self.history.violation("a thread of the checker's failed", work, repr(error), *getattr(error, "evidence", ()))

        thread = threading.Thread(target=guarded, name=work.__qualname__, daemon=True)
        thread.start()
        return thread

    def _join(self, threads):
        """Waits for the ends of all of them together."""
        deadline = time.monotonic() + _LONGEST_END
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                frames = traceback.format_stack(sys._current_frames().get(thread.ident))
                self.history.violation("a thread of the checker's does not end", thread.name, *frames[-3:])

    def _readers(self, scope):
        name, chain = "/".join(scope), self.history.chain
        pages = lambda kind, client, tables=None, pause=0.04: Pages(
            self.history, self._door(), self.samples, chain(f"{name} {kind} as {client}", scope, client, tables), pause
        )
        stream = lambda kind, client, tables=None, slow=False: Stream(
            self.history, self._door(), chain(f"{name} {kind} as {client}", scope, client, tables), slow
        )
        yield pages("empty pushes", None)
        yield pages("empty pushes", "a", pause=0.2)
        for table in TABLES:
            yield pages(f"pull of {table}", "b" if table == "notes" else "reader", (table,))
        yield stream("stream", "reader")
        yield stream("stream of two tables", "a", TABLES[:2])
        if scope == SCOPES[0]:
            yield stream("slow stream", None, slow=True)

    def _door(self):
        self._doors += 1
        return Door(self.ports, self.tokens, self.history, f"{self.seed}-{self._doors}")

    def _log(self, scope):
        """The log from its beginning, page by page, as a client without an id reads it."""
        door, raws, since, deadline = self._door(), [], None, time.monotonic() + 60
        while True:
            try:
                page = door.push(*scope, None, since, [])
            except NoAnswer:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
                continue
            raws += page.changes
            since = page.until
            if not page.more:
                return self.history.numbers(scope, raws, f"the log of {'/'.join(scope)}")
