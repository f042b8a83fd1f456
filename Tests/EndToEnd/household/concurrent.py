"""A device among others that push at the same time, to a server that may die at any moment."""

import random
import time

from .client import API, HTTPTransport, NoAnswer
from .mismatch import Mismatch


class Attempts:
    """What a device has sent of its next changes without getting an answer."""

    def __init__(self, since, requests):
        self.since = since
        self.requests = list(requests)
        self.sizes = []  # changes in each attempt so far
        self.first_sent = None

    @property
    def raw_changes(self):
        return [raw for request in self.requests for raw in request.raw_changes]

    @property
    def changes(self):
        return [change for request in self.requests for change in request.changes]


class ConcurrentDevice:
    """Pushes its requests in order; what gets no answer is sent again with the same `since`, perhaps with newer ones."""

    def __init__(self, device, requests, port, tokens, gate, seed, on_answer):
        self.user, self.client, self.app = device
        self.requests = requests
        self.received = []  # raw changes, over the whole chain
        self.acknowledged = []  # (request, first sent, answered)
        self.attempts = None
        self.unanswered = self.merged = 0
        self._api = API(HTTPTransport(port), tokens)
        self._gate, self._on_answer = gate, on_answer
        self._random = random.Random(f"{seed}/{device}")
        self._since = None
        self._next = 0

    def run(self):
        try:
            while self._next < len(self.requests):
                self.attempts = Attempts(self._since, [self._take_request()])
                answer = self._until_answered()
                while answer.has_more:
                    answer = self._until_answered()
        finally:
            self._api.transport.close()

    def catch_up(self, api):
        """After all devices are done: the rest of the chain."""
        while True:
            answer = api.push(self.user, self.app, self.client, self._since)
            self._advance(answer)
            if not answer.has_more:
                return

    def _take_request(self):
        self._next += 1
        return self.requests[self._next - 1]

    def _until_answered(self):
        while True:
            try:
                with self._gate:
                    answer = self._send()
                    self._advance(answer)
                    self._acknowledge()
                    return answer
            except NoAnswer:
                self.unanswered += 1
                if self.attempts and self._next < len(self.requests) and self._random.random() < 0.5:
                    self.attempts.requests.append(self._take_request())
                    self.merged += 1

    def _send(self):
        attempts = self.attempts
        if attempts is None:
            return self._api.push(self.user, self.app, self.client, self._since)
        attempts.first_sent = attempts.first_sent or time.monotonic()
        raw_changes = attempts.raw_changes
        attempts.sizes.append(len(raw_changes))
        version = attempts.requests[0].schema_version
        hang_up = self._random.random() < 0.04
        return self._api.push(self.user, self.app, self.client, attempts.since, raw_changes, version, hang_up)

    def _advance(self, answer):
        if self._since is not None and answer.synced_until < self._since:
            raise Mismatch(f"{self}: the cursor went back", self._since, answer.synced_until)
        if answer.changes and answer.synced_until == self._since:
            raise Mismatch(f"{self}: changes came, and the cursor stayed", self._since)
        self._since = answer.synced_until
        self.received += answer.changes

    def _acknowledge(self):
        if self.attempts is None:
            return
        now = time.monotonic()
        self.acknowledged += [(request, self.attempts.first_sent, now) for request in self.attempts.requests]
        answered = len(self.attempts.requests)
        self.attempts = None
        self._on_answer(answered)

    def __str__(self):
        return f"{self.user}/{self.app} as {self.client}"
