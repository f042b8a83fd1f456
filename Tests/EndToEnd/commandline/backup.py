"""A user's own data: taken along, brought to another server, erased; with the programs that people have."""

import hashlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import zipfile

from .billing import _credits
from .checks import check, contains, equal, lacks
from .place import free_port, get, stop
from .serving import token_of

_PLUGINS = {name: {"enabled": True} for name in ("sync", "metrics", "devIssuer", "backup")}
_READER = os.path.join(os.path.dirname(__file__), "..", "..", "ArchiveTests", "Readers", "list-entries.mjs")
_CHANGES = (
    r'{"table":"tasks","id":"t1","op":"insert","data":{"b":9007199254740993,"a":-0,"a":1.0},"actor":[1e400]}',
    r'{"table":"tasks","id":"t1","op":"update","fields":{"title":{"value":"\u0000 \ud800 é","updatedAt":"2024-01-01T10:05:00Z"}}}',
    r'{"table":"plans","id":"p1","op":"delete","deletedAt":"2024-01-01T10:06:00+02:00","spaceId":"family","origin":"user"}',
)  # fmt: skip


def _configure(place, name="data", **backup):
    port = free_port()
    place.configure(
        server={"port": port},
        storage={"sqlite": {"path": f"{name}/mana-sync.db"}},
        plugins={**_PLUGINS, "backup": {"enabled": True, **backup}},
    )
    return port


def _push(port, token, changes, app="todo"):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = '{"clientId":"laptop","changes":[' + ",".join(changes) + "]}"
    equal(get(port, f"/sync/{app}", "POST", headers, body.encode())[0], 200, "the push's status")


def _curl(place, port, token, path, *arguments, expected=0):
    """What curl wrote to its output, with the headers before it where asked for."""
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "60", "-H", f"Authorization: Bearer {token}", *arguments, f"http://127.0.0.1:{port}{path}"],
        cwd=place.folder, capture_output=True, check=False,
    )  # fmt: skip
    equal(done.returncode, expected, f"curl's exit code, which wrote {done.stderr.decode()!r},")
    return done.stdout.decode()


def _export(place, port, token):
    """The name of the archive that curl kept under the name that the server gave it, and its headers."""
    before = set(os.listdir(place.folder))
    headers = _curl(place, port, token, "/backup/export", "-OJ", "-D", "-")
    (name,) = set(os.listdir(place.folder)) - before
    return name, headers


def _lines(place, port, token):
    return _curl(place, port, token, "/backup/export?format=jsonl").splitlines()


def _without_place(lines):
    return [re.sub('"createdAt":"[^"]*"', "", line) for line in lines]


def _erase(place, port, token, user):
    return _curl(place, port, token, "/backup/account", "-X", "DELETE", "-H", f"X-Confirm-Erase: {user}")


@check("an export has the server's name for it, and opens whole in unzip, in Python and in JavaScript")
def export(place):
    port = _configure(place)
    token = token_of(place, "alice")
    with place.serving(port) as process:
        _push(port, token, _CHANGES[:2])
        _push(port, token, _CHANGES[2:], app="notes")
        name, headers = _export(place, port, token)
        lines = _lines(place, port, token)
        stop(process)
    equal(bool(re.fullmatch(r"mana-backup-alice-\d{8}-\d{6}\.mana", name)), True, f"whether {name} is a name")
    contains(headers.lower(), "x-content-type-options: nosniff", "cache-control: no-store", "x-accel-buffering: no",
             "content-type: application/zip", f'filename="{name}"')  # fmt: skip
    contains(subprocess.run(["unzip", "-t", name], cwd=place.folder, capture_output=True, check=True).stdout.decode(), "No errors")
    listed = subprocess.run(["node", _READER, name], cwd=place.folder, capture_output=True, check=True).stdout.decode()
    equal([line.split("\t")[0] for line in listed.splitlines()], ["events.jsonl", "manifest.json"], "what JavaScript finds")
    with zipfile.ZipFile(place.path(name)) as archive:
        equal(archive.testzip(), None, "what is damaged")
        events, manifest = archive.read("events.jsonl"), json.loads(archive.read("manifest.json"))
    equal(events.decode().splitlines(), lines, "the archive's lines beside the ones that came alone")
    equal((manifest["eventCount"], manifest["eventsSha256"]), (3, hashlib.sha256(events).hexdigest()), "the manifest")
    equal((manifest["userId"], manifest["apps"], manifest["formatVersion"]), ("alice", ["notes", "todo"], 1), "the manifest")
    contains(lines[0], r'"data":{"b":9007199254740993,"a":-0,"a":1.0}', '"actor":[1e400]', '"clientId":"laptop"')
    contains(lines[1], r'"data":{"title":"\u0000 \ud800 é"}', '"fieldTimestamps":{"title":"2024-01-01T10:05:00Z"}')
    contains(lines[2], '"appId":"notes"', '"spaceId":"family"', '"origin":"user"')


@check("what one server gave goes into another: the same lines but for createdAt, for every device, and once")
def move(place):
    port = _configure(place)
    token = token_of(place, "alice")
    with place.serving(port) as process:
        _push(port, token, _CHANGES)
        name, _ = _export(place, port, token)
        before = _lines(place, port, token)
        stop(process)
    port = _configure(place, "other")
    with place.serving(port) as process:
        send = ["--data-binary", f"@{name}", "-H", "Content-Type: application/zip"]
        answers = [
            json.loads(_curl(place, port, token, path, *send))
            for path in ("/backup/import?dryRun=true", "/backup/import", "/backup/import")
        ]
        equal([(answer["imported"], answer["duplicates"]) for answer in answers], [(3, 0), (3, 0), (0, 3)], "the counts")
        equal(_without_place(_lines(place, port, token)), _without_place(before), "the lines")
        headers = {"Authorization": f"Bearer {token}", "X-Client-Id": "laptop"}
        pulled = get(port, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z", headers=headers)[1]
        equal(pulled.count(b'"id":"t1"'), 2, "what the device gets that once pushed it")
        stop(process)
    equal(os.listdir(place.path("data/staging")), [], "what is left in the staging directory")


@check("an archive that is another user's, damaged, cut short or too large is refused, and nothing of it is stored")
def refused(place):
    port = _configure(place, maxImport="64KiB")
    alice, bob = token_of(place, "alice"), token_of(place, "bob")
    with place.serving(port) as process:
        _push(port, alice, _CHANGES)
        name, _ = _export(place, port, alice)
        whole = place.read(name)
        _erase(place, port, alice, "alice")
        place.write("cut", whole[:-30])
        place.write("damaged", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
        place.write("text", "no archive\n")
        place.write("large", bytes(65 << 10))
        for token, file, status, code in (
            (bob, name, 403, "foreign_archive"),
            (alice, "cut", 400, "invalid_archive"),
            (alice, "damaged", 400, "invalid_archive"),
            (alice, "text", 400, "invalid_archive"),
            (alice, "large", 413, "payload_too_large"),
        ):
            answer = _curl(place, port, token, "/backup/import", "--data-binary", f"@{file}", "-w", "\n%{http_code}")
            problem, actual = answer.rsplit("\n", 1)
            equal((int(actual), json.loads(problem)["error"]), (status, code), f"the answer to {file}")
        equal(_lines(place, port, alice) + _lines(place, port, bob), [], "what was stored")
        stop(process)


@check("an erasure wants the user's id, removes all of it from the database's files, and is on record without a name")
def erase(place):
    port = _configure(place)
    alice, bob = token_of(place, "alice"), token_of(place, "bob")
    secret = "a word that is nowhere else"
    with place.serving(port) as process:
        _push(port, alice, [json.dumps({"table": "tasks", "id": "t1", "op": "insert", "data": {"title": secret}})])
        _push(port, bob, _CHANGES)
        contains(_erase(place, port, alice, "bob"), "confirmation_required")
        equal(len(_lines(place, port, alice)), 1, "what is there without the confirmation")
        contains(_erase(place, port, alice, "alice"), '"erased":1')
        equal((_lines(place, port, alice), len(_lines(place, port, bob))), ([], 3), "what is left of both")
        stop(process)
    for name in os.listdir(place.path("data")):
        if name.startswith("mana-sync.db"):
            equal(secret.encode() in place.read(f"data/{name}"), False, f"whether {name} has the word")
    with sqlite3.connect(place.path("data/mana-sync.db")) as database:
        entries = database.execute("SELECT event_type, actor_id, metadata FROM sync_backup_audit").fetchall()
    database.close()
    equal([entry[0] for entry in entries], ["user_erased"], "what is on record")
    lacks(str(entries), "alice", secret)
    contains(place.good("db", "status", "--config", "mana-sync.yaml"), "backup/0001-audit-log: applied")


@check("an export that its user's erasure overtakes ends without its end, and no reader takes it for whole")
def overtaken(place):
    port = _configure(place)
    token = token_of(place, "alice")
    with place.serving(port) as process:
        for number in range(24):
            change = {"table": "tasks", "id": str(number), "op": "insert", "data": {"noise": os.urandom(500_000).hex()}}
            _push(port, token, [json.dumps(change)])
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(20)
            reader.connect(("127.0.0.1", port))
            reader.sendall(f"GET /backup/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            received = reader.recv(4096)
            contains(_erase(place, port, token, "alice"), '"erased":24')
            try:
                while piece := reader.recv(1 << 20):
                    received += piece
            except ConnectionResetError:
                pass
        contains(received.decode("latin-1"), "200 OK", "events.jsonl")
        lacks(received.decode("latin-1"), "manifest.json", "\r\n0\r\n\r\n")
        contains(get(port, "/metrics")[1].decode(), 'mana_sync_exports_total{result="cut"} 1\n')
        stop(process)


@check("who does not pay takes their data along all the same")
def unpaid(place):
    credits_port, port = free_port(), free_port()
    billing = {"enabled": True, "creditsURL": f"http://127.0.0.1:{credits_port}"}
    place.configure(server={"port": port}, kernel={}, plugins={**_PLUGINS, "billing": billing})
    token = token_of(place, "bob")
    with _credits(credits_port) as credits, place.serving(port) as process:
        equal(get(port, "/sync/todo", "POST", {"Authorization": f"Bearer {token}"}, b"{}")[0], 402, "the push's status")
        _export(place, port, token)
        equal(len(credits.asked), 1, "how often the credits service was asked")
        stop(process)
