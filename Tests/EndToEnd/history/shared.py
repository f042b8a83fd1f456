"""Spaces under faults: members who stay, one who joins and leaves, one who never is a member; then what each of them saw."""

import json
import random
import re
import threading
import time
import uuid

from household.client import NoAnswer
from household.eventstream import EventStream, changes, reason
from household.lines import Refused
from household.mismatch import Mismatch

from .door import Door

APP, BASE, TEAM = "den", "base", "team"
MEMBERS, JOINER, STRANGER = ("mia", "max"), "joy", "xan"
_event = re.compile(r'"eventId":"([^"]{36})"')


class SharedRun:
    """`service`: the auth service that the servers ask. Violations go to `history`. A small run has no pulls and no streams."""

    def __init__(self, history, ports, tokens, service, seed, is_small=False):
        self.history, self.service, self._random = history, service, random.Random(f"{seed}-shared")
        self._door = lambda name: Door(ports, tokens, history, f"{seed}-shared-{name}")
        self._lock, self.sent = threading.Lock(), {}  # event id -> (author, space)
        self.acknowledged, self.refused, self.joins = set(), set(), 1
        for user in MEMBERS:
            service.set(user, {BASE: "admin", TEAM: "admin"})
        service.set(JOINER, {BASE: "member", TEAM: "viewer"})
        self.chains = [PagedChain(self, user, limit) for user in (*MEMBERS, JOINER) for limit in ((None,) if is_small else (None, 3))]
        self.streams = [] if is_small else [StreamChain(self, user) for user in (MEMBERS[0], JOINER)]
        # Who joins before there is anything has nothing to inherit: these members see the log as it is.
        for chain in self.chains:
            chain.read_patiently()

    def parts(self):
        """What runs until it is told to stop, each in a thread of its own."""
        writers = [self._writer(user, spaces) for user, spaces in (
            (MEMBERS[0], (BASE, TEAM, None)), (MEMBERS[1], (BASE, TEAM)), (JOINER, (BASE, None)), (STRANGER, (TEAM, None)),
        )]  # fmt: skip
        return [*writers, self._flip, *(chain.run for chain in self.chains), *(stream.run for stream in self.streams)]

    def _writer(self, user, spaces):
        door = self._door(f"{user}-writer")

        def write(stop):
            while not stop.is_set():
                made = [self._change(user, door.random.choice(spaces)) for _ in range(door.random.choice((1, 1, 2, 5)))]
                since, raws = None, [raw for _, _, raw in made]
                while True:  # with event ids, until it is answered
                    try:
                        page = door.push(user, APP, f"{user}-pen", since, raws)
                        break
                    except NoAnswer:
                        time.sleep(0.02)
                told = [at for at, error in page.rejected if error == "not_a_member"]
                due = [at for at, (_, space, _) in enumerate(made) if user == STRANGER and space == TEAM]
                if told != due or len(page.rejected) != len(told):
                    self.history.violation("a space's change is rejected or not as it should be", user, page.rejected, due)
                self.acknowledged.update(made[at][0] for at in range(len(made)) if at not in due)
                self.history.count("changes of spaces acknowledged", len(made) - len(due))
                self.history.count("changes of strangers refused", len(due))
                time.sleep(door.random.uniform(0, 0.03))

        return write

    def _change(self, user, space):
        event_id = str(uuid.uuid4())
        body = {"eventId": event_id, "table": "notes", "id": event_id[:8], "op": "insert", "data": {"by": user}}
        if space:
            body["spaceId"] = space
        with self._lock:
            self.sent[event_id] = (user, space)
            if user == STRANGER and space == TEAM:
                self.refused.add(event_id)
        return event_id, space, json.dumps(body, separators=(",", ":"))

    def _flip(self, stop):
        """One joins and leaves; now and then nobody can be asked who is in."""
        is_in = True
        while not stop.wait(self._random.uniform(0.3, 1.6)):
            is_in = not is_in
            self.joins += is_in
            self.service.set(JOINER, {BASE: "member", **({TEAM: "viewer"} if is_in else {})})
            self.history.fault("join" if is_in else "leave")
            if self._random.random() < 0.2:
                self.history.has_outages = True
                self.service.is_down = True
                stop.wait(self._random.uniform(0.1, 0.8))
                self.service.is_down = False
                self.history.fault("auth service down")

    def finish(self, patience=30.0):
        """Everyone reads to the end, the joiner as a member; then the verdict. The parts have ended, but for none."""
        self.service.is_down = False
        self.joins += 1
        # A leave that is surely noticed, and a join: so the last join inherits everything.
        for roles in ({BASE: "member"}, {BASE: "member", TEAM: "viewer"}):
            self.service.set(JOINER, roles)
            time.sleep(self.service.CACHE + 0.2)
            for chain in self.chains:
                chain.drain(time.monotonic() + patience)
        views = {user: Chain(self, user).whole(time.monotonic() + patience) for user in (*MEMBERS, JOINER, STRANGER)}
        self._judge(views)

    def _judge(self, views):
        for user, view in views.items():
            if len(set(view)) < len(view):
                self.history.violation("a shared change is in one view twice", user)
            for event_id in view:
                author, space = self.sent.get(event_id, (None, None))
                if author != user and (user == STRANGER or space is None) or event_id in self.refused:
                    self.history.violation("a change in the view of one who may not see it", user, author, space)
            due = {each for each in self.acknowledged if self._is_due(user, each)}
            if missing := due - set(view):
                self.history.violation("a shared change is missing from a view", user, len(missing), sorted(missing)[:3])
        orders = {space: self._of(space, views[MEMBERS[0]]) for space in (BASE, TEAM)}
        for user in (*MEMBERS, JOINER):
            for space, order in orders.items():
                if self._of(space, views[user]) != order:
                    self.history.violation("two members see a space in two orders", user, space)
        for chain in [*self.chains, *self.streams]:
            self._judge_chain(chain, views[chain.user], orders)
        self.history.count("changes of spaces read", sum(len(chain.events) for chain in [*self.chains, *self.streams]))

    def _judge_chain(self, chain, view, orders):
        if chain.user != JOINER:
            is_prefix = isinstance(chain, StreamChain) and chain.events == view[: len(chain.events)]
            if chain.events != view and not is_prefix:
                self._differs("a member's chain is not their view", chain, view)
            return
        base = self._of(BASE, chain.events)
        due = orders[BASE] if isinstance(chain, PagedChain) else orders[BASE][: len(base)]
        if base != due:
            self._differs("a lasting space suffers from joins and leaves of another", chain, due)
        team = self._of(TEAM, chain.events)
        if isinstance(chain, PagedChain) and team[-len(orders[TEAM]) :] != orders[TEAM]:
            self._differs("the last join does not bring the whole space in order", chain, orders[TEAM])
        often = max((team.count(each) for each in set(team[:50])), default=0)
        if often > self.joins:
            self.history.violation("a change comes more often than its reader joined", str(chain), often, self.joins)

    def _differs(self, kind, chain, due):
        got = chain.events
        missing, more = set(due) - set(got), len(got) - len(set(got))
        self.history.violation(kind, str(chain), f"{len(got)} of {len(due)}, {len(missing)} missing, {more} twice")

    def _is_due(self, user, event_id):
        author, space = self.sent[event_id]
        return author == user or user != STRANGER and space in (BASE, TEAM)

    def _of(self, space, events):
        return [event_id for event_id in events if self.sent[event_id][1] == space]


class Chain:
    """A reader without a client id: gets everything of the user's, own changes too."""

    def __init__(self, run, user, name="view"):
        self.run_, self.user, self.name = run, user, name
        self.door, self.events, self.since = run._door(f"{user}-{name}"), [], None

    def take(self, raws, until, where):
        if self.since is not None and until < self.since:
            self.run_.history.violation("a cursor steps back", str(self), where, self.since, until)
        for raw in raws:
            event = _event.search(raw)
            if not event or event[1] not in self.run_.sent:
                self.run_.history.violation("a shared change that nobody pushed", str(self), raw)
            else:
                self.events.append(event[1])
        self.since = until

    def read(self):
        page = self.door.push(self.user, APP, None, self.since, [])
        self.take(page.changes, page.until, "a page")
        return page.more

    def whole(self, deadline):
        while True:
            try:
                if not self.read():
                    return self.events
            except NoAnswer:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def __str__(self):
        return f"{self.user}'s {self.name}"


class PagedChain(Chain):
    """Follows its cursor by pages: empty pushes, or pulls of so many changes."""

    def __init__(self, run, user, limit):
        super().__init__(run, user, f"pull by {limit}" if limit else "empty pushes")
        self.limit = limit

    def read(self):
        if not self.limit:
            return super().read()
        page = self.door.pull(self.user, APP, None, self.since, "notes", self.door.random.choice((1, self.limit, 50)))
        self.take(page.changes, page.until, "a pull")
        return page.more

    def run(self, stop):
        while not stop.is_set():
            try:
                self.read()
            except NoAnswer:
                time.sleep(0.01)
            time.sleep(self.door.random.uniform(0, 0.04))

    def read_patiently(self):
        self.drain(time.monotonic() + 20)

    def drain(self, deadline):
        self.whole(deadline)


class StreamChain(Chain):
    """Follows by streams, which end when its user's spaces change, and goes on at its cursor."""

    def __init__(self, run, user):
        super().__init__(run, user, "stream")

    def run(self, stop):
        while not stop.is_set():
            try:
                port = self.door.random.choice(self.door.ports)
                stream = EventStream(port, APP, self.door.token(self.user), None, self.since, None, None, 5.0)
                for kind, data, _ in stream:
                    if stop.is_set():
                        stream.cut()
                        return
                    if kind == "changes":
                        event = changes(data)
                        self.take(event.changes, event.synced_until, "an event")
                    elif kind == "end":
                        self.run_.history.count(f"streams ended: {reason(data)}")
            except (NoAnswer, Refused, Mismatch):
                time.sleep(0.02)
