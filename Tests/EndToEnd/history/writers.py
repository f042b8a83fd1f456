"""Those who push: each a client of one user and app, one push after the other, retried until its fate is known."""

import json
import time
import uuid

from household.client import NoAnswer

from .door import BadRequest
from .record import ABSENT, ACKNOWLEDGED, Push, Sent

TABLES = ("notes", "tasks", "events")


class Writer:
    """One client without concurrency of its own."""

    def __init__(self, history, door, scope, client, with_ids):
        self.history, self.door, self.scope, self.client, self.with_ids = history, door, scope, client, with_ids
        self.random, self.since = door.random, None
        self._latest = None  # the last acknowledged push, as (since, raws, push)
        self._old = []  # pushes whose every change has an event id

    def run(self, stop, give_up):
        """Pushes until `stop`; what is under way then is retried until `give_up`."""
        while not stop.is_set():
            chance = self.random.random()
            if chance < 0.04:
                self._refused()
            elif chance < 0.12 and self._latest:
                self._repeat(give_up)
            else:
                self._push(give_up)
            time.sleep(self.random.uniform(0, 0.03))

    def _push(self, give_up):
        changes = self._changes(self._size())
        stranger = self.with_ids and self.random.random() < 0.06 and self.history.event_of_another(self.scope[0])
        if stranger:
            changes.insert(self.random.randrange(len(changes) + 1), self._change(stranger))
            changes[[change.event_id for change in changes].index(stranger)].fate = ABSENT
        push = Push(changes)
        for change in changes:
            change.push = push
        answer = self._until_answered(push, give_up)
        if answer is None:
            self._latest = None  # what was abandoned may be stored, and then is the latest
            return
        told = [(place, "event_conflict") for place, change in enumerate(changes) if change.fate == ABSENT]
        if answer.rejected != told:
            self.history.violation("an answer rejects others than it should", answer.rejected, told)
        self.history.count("changes rejected", len(told))
        done = time.monotonic()
        for change in changes:
            change.done = done
            if change.fate != ABSENT:
                change.fate = ACKNOWLEDGED
                if change.event_id:
                    self.history.note_stored(self.scope[0], change.event_id)
        self.history.count("pushes acknowledged")
        self.history.count("changes acknowledged", len(changes) - len(told))
        self._latest = (self.since, [change.raw for change in changes], push)
        if self.with_ids:
            self._old.append(self._latest)
            del self._old[:-50]
        # A client that is behind goes on with an old cursor; the others move on.
        if self.random.random() < 0.7:
            if self.since is not None and answer.until < self.since:
                self.history.violation("a push's cursor steps back", self, self.since, answer.until)
            self.since = answer.until

    def _until_answered(self, push, give_up):
        """The answer; None when the push was abandoned and its fate is unknown."""
        tries = 0
        while True:
            now = time.monotonic()
            for change in push.changes:
                change.sent = change.sent or now
            push.sizes.add(len(push.changes))
            cut = tries < 2 and self.random.random() < 0.06
            tries += 1
            push.attempts.append(f"{now:.3f} {len(push.changes)} since {self.since}{' cut' if cut else ''}")
            try:
                if cut:
                    self.history.fault("answers cut")
                return self._send(self.since, [change.raw for change in push.changes], cut)
            except NoAnswer as error:
                push.is_overdue = True
                push.attempts[-1] += f" ({str(error)[-60:]} at {time.monotonic():.3f})"
                self.history.count("pushes unanswered")
            if give_up.is_set():
                self.history.violation("a push stays unanswered", self)
                return None
            if self.random.random() < 0.12:
                self.history.count("pushes abandoned")
                return None
            if self.random.random() < 0.25:  # a retry, followed by newer changes
                for change in self._changes(self.random.randrange(1, 4)):
                    change.push = push
                    push.changes.append(change)
            time.sleep(0 if cut else self.random.uniform(0.005, 0.05))

    def _repeat(self, give_up):
        """Sends once more what was acknowledged: the latest push, or with event ids any."""
        since, raws, push = self.random.choice(self._old) if self._old and self.random.random() < 0.5 else self._latest
        while not give_up.is_set():
            try:
                self._send(since, raws, False)
                return self.history.count("pushes repeated")
            except NoAnswer:
                push.is_overdue = True
                time.sleep(0.02)

    def _refused(self):
        """A push whose last change is none: 400, and nothing of it is stored."""
        changes = self._changes(self.random.randrange(1, 6))
        for change in changes:
            change.fate, change.sent = ABSENT, time.monotonic()
        try:
            bad = '{"table":"notes","id":"x","op":"upsert"}'
            self._send(self.since, [*(change.raw for change in changes), bad], False)
            self.history.violation("an invalid push was accepted", self)
        except BadRequest:
            self.history.count("pushes refused")
        except NoAnswer:
            pass

    def _send(self, since, raws, cut):
        in_body = self.random.random() < 0.5
        answer = self.door.push(self.scope[0], self.scope[1], self.client, since, raws, in_body, cut)
        self.history.count("pushes answered")
        return answer

    def _size(self):
        chance = self.random.random()
        return 1 if chance < 0.6 else self.random.randrange(2, 11) if chance < 0.95 else self.random.randrange(11, 201)

    def _changes(self, count):
        return [self._change(str(uuid.UUID(int=self.random.getrandbits(128), version=4))) for _ in range(count)]

    def _change(self, event_id):
        table, kind = self.random.choice(TABLES), self.random.random()
        shared = f"r{self.random.randrange(40)}"
        event_id = event_id if self.with_ids else None

        def make(number):
            token = f"tk-{number}"
            if kind < 0.6:
                body = {"id": f"n{number}", "op": "insert", "data": {"token": token, "n": 1.5}}
            elif kind < 0.9:
                stamp = "2020-01-01T00:00:00.000Z"
                body = {"id": shared, "op": "update", "fields": {"title": {"value": token, "updatedAt": stamp}}}
            else:
                body = {"id": shared, "op": "delete", "deletedAt": "2020-01-01T00:00:00.000Z", "actor": token}
            body = {"table": table, **body, **({"eventId": event_id} if event_id else {})}
            return Sent(number, self.scope, self, table, json.dumps(body, separators=(",", ":")), event_id)

        return self.history.number(make)

    def __str__(self):
        return f"writer {'/'.join(self.scope)} as {self.client}{' with event ids' if self.with_ids else ''}"
