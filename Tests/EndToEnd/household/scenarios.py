"""The scenarios: each proves one thing on a server of its own and says in a line what it saw."""

from . import expiry, manners, stopped
from .audit import audit
from .awkward import requests as awkward_requests
from .client import API, HTTPTransport, Tokens
from .crash import CrashRun
from .fixture import tables
from .live import LiveRun
from .memberships import Memberships
from .oracle import Reader
from .sequential import Replay
from .spaces import SharedReplay


def plain(server, requests, seed):
    """One request after the other; then everyone reads everything."""
    replay = Replay(_api(server), requests)
    return _finish(replay)


def values(server, requests, seed):
    """The same with payloads that tempt a server to rewrite them, sent twice."""
    return _finish(Replay(_api(server), awkward_requests(), twice=True))


def twice(server, requests, seed):
    """Every push is sent two times, by named clients and by clients without an id."""
    anonymous = _without_id(requests)
    replay = Replay(_api(server), requests, anonymous, twice=True)
    return f"{_finish(replay)}; {len(anonymous)} of {len({r.client for r in requests})} clients without an id"


def small_pages(server, requests, seed):
    """Between the pushes each device pulls the table it wrote to, 7 changes at a time; then everyone does."""
    api, limit, pullers = _api(server), 7, {}
    replay = Replay(api, requests)

    def pull_a_page(device, request):
        table = request.changes[-1].table
        key = (device.user, device.client, device.app, table)
        reader = pullers.setdefault(key, Reader(device.reader.log, device.client, table, limit))
        reader.take(api.pull(device.user, device.app, device.client, reader.cursor, table, limit))

    replay.run(pull_a_page)
    for (user, client, app, table), reader in pullers.items():
        while True:
            answer = api.pull(user, app, client, reader.cursor, table, limit)
            reader.take(answer)
            if not answer.has_more:
                break
    return _finish(replay, limit, replayed=True)


def crash(server, requests, seed):
    """All devices at once; the server is killed and restarted in mid-replay."""
    run = CrashRun(server, Tokens(), requests, seed)
    run.run()
    logs = run.logs()
    devices = run.devices.values()
    unanswered, merged = sum(d.unanswered for d in devices), sum(d.merged for d in devices)
    read = audit(_api(server), logs, list(run.devices), tables(requests))
    return (
        f"{run.kills} kills, {unanswered} requests without an answer ({merged} sent again with newer ones);"
        f" at the kills {run.in_flight} devices waited and {run.stored_unanswered} of their pushes were stored; {_told(read)}"
    )


def live(server, requests, seed):
    """All devices at once, followed by streams and by sockets, the server killed in between and drained at the end."""
    run = LiveRun(server, Tokens(), requests, seed)
    run.run()
    return f"{run.kills} kills, {run.settled} pauses; {run.told()}; all heard that the server drains"


def stopped_readers(server, requests, seed):
    """10,000 changes while readers of streams read nothing; one goes on, one does not even when the server drains."""
    return stopped.run(server, Tokens())


def socket_manners(server, requests, seed):
    """The socket's words, one by one."""
    return manners.run(server, Tokens())


def token_expiry(server, requests, seed):
    """Streams and sockets on tokens that live for seconds."""
    return expiry.run(server)


token_expiry.settings = expiry.SETTINGS

def shared_home(server, requests, seed):
    """One space, of which two of the three users are members, the second of them from the middle on; every push twice."""
    replay = SharedReplay(API(HTTPTransport(server.port), Tokens(), may_reject=True), requests, server.service)
    line = _finish(replay, replayed=replay.run_with_join())
    return f"{replay.inherited} changes inherited, {replay.foreign} of other members, {replay.refused} refused; {line}"


shared_home.beside = Memberships.serve

SCENARIOS = {
    "plain": plain, "values": values, "crash": crash, "twice": twice, "small-pages": small_pages, "live": live,
    "shared-home": shared_home, "stopped-readers": stopped_readers, "socket-manners": socket_manners,
    "token-expiry": token_expiry,
}  # fmt: skip


def _api(server):
    return API(HTTPTransport(server.port), Tokens())


def _finish(replay, limit=None, replayed=False):
    if not replayed:
        replay.run()
    replay.catch_up()
    reread = replay.reread()
    devices = [(device.user, device.client, device.app) for device in replay.devices.values()]
    read = audit(replay.api, replay.logs, devices, tables(replay.requests), limit)
    changes = sum(len(log.entries) for log in replay.logs.values())
    return f"{len(replay.requests)} requests, {changes} changes; {_told(read)}, {reread} old cursors again"


def _told(read):
    return f"{read['chains']} devices read {read['changes']} changes on {read['pages']} pages"


def _without_id(requests):
    """Of each user the client that appears last: of two one keeps its name, an only one loses it."""
    return frozenset({request.user: request.client for request in _first_of_each_client(requests)}.values())


def _first_of_each_client(requests):
    first = {}
    for request in requests:
        first.setdefault((request.user, request.client), request)
    return first.values()
