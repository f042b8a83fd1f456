"""The replay with a shared space: what one member writes there stands in the logs of the others too."""

import time

from .mismatch import Mismatch
from .oracle import Entry
from .rawjson import decoded, member_map
from .sequential import Replay

HOME, FIRST, SECOND = "space-home", "u-anna", "u-ben"


class SharedReplay(Replay):
    """The household's requests, with `space-home` that u-anna shares, from the middle on with u-ben, and never with u-cleo."""

    def __init__(self, api, requests, service):
        super().__init__(api, requests, twice=True)
        self._service, self._members = service, {FIRST}
        self._home = {}  # app -> entries of the space, in order, each with its user
        self.inherited = self.foreign = self.refused = 0
        service.set(FIRST, {HOME: "admin", "elsewhere": "owner"})

    def run_with_join(self):
        middle = len(self.requests) // 2

        def after_push(device, request):
            if request.number == middle:
                self._join()

        self.run(after_push)
        return True

    def _join(self):
        """u-ben is a member from here on: his next request makes the server notice."""
        self._service.set(SECOND, {HOME: "member"})
        self._members.add(SECOND)
        time.sleep(self._service.CACHE + 0.1)  # what the server was told before no longer counts
        for app, entries in self._home.items():
            log = self.log(SECOND, app)
            theirs = [entry for user, entry in entries if user != SECOND]
            log.entries += [Entry(entry.change, (FIRST, entry.client)) for entry in theirs]
            self.inherited += len(theirs)

    def _commit(self, device, request):
        kept = [change for change in request.changes if self._permits(device.user, change)]
        self.refused += len(request.changes) - len(kept)
        places = device.reader.log.append(kept, device.client)
        home = self._home.setdefault(request.app, [])
        for place in places:
            entry = device.reader.log.entries[place]
            if entry.change.space_id != HOME:
                continue
            home.append((device.user, entry))
            for member in self._members - {device.user}:
                # A client of that name of another user is another client.
                self.log(member, request.app).entries.append(Entry(entry.change, (device.user, device.client)))
                self.foreign += 1
        return places, kept

    def _judge(self, request, answer):
        due = [at for at, change in enumerate(request.changes) if not self._permits(request.user, change)]
        told = [member_map(raw) for raw in answer.rejected]
        got = [int(rejection["index"]) for rejection in told if decoded(rejection["error"]) == "not_a_member"]
        if got != due or len(told) != len(due):
            raise Mismatch("other changes are rejected than should be", f"expected {due}", *answer.rejected)

    def _permits(self, user, change):
        return change.space_id in (None, f"_personal:{user}") or change.space_id == HOME and user in self._members
