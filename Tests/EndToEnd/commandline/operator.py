"""The operator's backups: the shipped binary makes, verifies and restores them, dies in the middle of one, and moves a log from engine to engine."""

import hashlib
import json
import os
import pty
import sqlite3
import subprocess
import sys
import time
import zipfile

from .backup import _PLUGINS, _push
from history.postgres import Postgres

from .checks import Failed, Skipped, check, contains, equal
from .place import PATIENCE, free_port, get, stop
from .serving import token_of

_KEY = "0123456789abcdef0123456789abcdef"
_HEADERS = {"X-API-Key": _KEY}
_PEER = os.path.join(os.path.dirname(__file__), "..", "..", "ArtifactStoreTests", "Fixtures", "s3-peer.py")


def _configure(place, storage=None, file="mana-sync.yaml", **backup):
    port = free_port()
    content = {
        "server": {"port": port},
        "kernel": {"unfulfilled": ["metered"]},
        "storage": storage or {"sqlite": {"path": "data/mana-sync.db"}},
        "plugins": {
            **_PLUGINS,
            "backup": {"enabled": True, "apiKeys": [{"name": "ops", "key": _KEY}], **backup},
        },
    }
    place.write(file, json.dumps(content))
    return port


def _changes(count, start=0, size=40):
    return [
        json.dumps({"table": "tasks", "id": f"t{n}", "op": "insert", "data": {"n": n, "text": "x" * size}})
        for n in range(start, start + count)
    ]


def _wait_for(port, identity, *statuses):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        entry = json.loads(get(port, f"/api/admin/backups/{identity}", "GET", _HEADERS)[1])
        if entry["status"] in statuses:
            return entry
        time.sleep(0.05)
    raise AssertionError(f"the backup is {entry}")


def _rows(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        columns = "id, app_id, table_name, record_id, user_id, data, field_timestamps, client_id, created_at"
        return database.execute(f"SELECT {columns} FROM sync_changes ORDER BY created_at").fetchall()


@check("a backup is made by the route, is what the catalog says, and opens with unzip's own kind of reader")
def run_by_route(place):
    port = _configure(place)
    with place.serving(port) as server:
        token = token_of(place, "alice")
        _push(port, token, _changes(30))
        status, body = get(port, "/api/admin/backups", "POST", _HEADERS)
        equal(status, 202, "the status of the start")
        entry = _wait_for(port, json.loads(body)["id"], "done", "failed")
        equal(entry["status"], "done", "the run's status")
        equal(entry["row_counts"], {"todo": 30}, "the counts")
        status, artifact = get(port, f"/api/admin/backups/{entry['id']}/file", "GET", _HEADERS)
        equal(status, 200, "the status of the download")
        equal(hashlib.sha256(artifact).hexdigest(), entry["sha256"], "the artifact's digest")
        place.write("bundle.mana", artifact)
        with zipfile.ZipFile(place.path("bundle.mana")) as archive:
            equal(archive.testzip(), None, "the first damaged entry")
            manifest = json.loads(archive.read("manifest.json"))
            events = archive.read("events.jsonl")
        equal(manifest["scope"], "org", "the manifest's scope")
        equal(manifest["eventsSha256"], hashlib.sha256(events).hexdigest(), "the digest of the events")
        equal(len(events.splitlines()), 30, "the number of events")
        stop(server)


@check("a snapshot is a database that sqlite3 opens, and is refused without the key")
def snapshot(place):
    port = _configure(place)
    with place.serving(port) as server:
        _push(port, token_of(place, "alice"), _changes(3))
        equal(get(port, "/api/backup")[0], 401, "the status without a key")
        status, body = get(port, "/api/backup", "GET", _HEADERS)
        equal(status, 200, "the status")
        place.write("copy.db", body)
        equal(get(port, "/api/backup", "HEAD", _HEADERS)[0], 200, "the status for HEAD")
        export = get(port, "/backup/export", "GET", {"Authorization": f"Bearer {token_of(place, 'alice')}"})[1]
        with sqlite3.connect(place.path("copy.db")) as copy:
            equal(copy.execute("PRAGMA integrity_check").fetchone(), ("ok",), "the integrity")
            equal(copy.execute("SELECT count(*) FROM sync_changes").fetchone(), (3,), "the changes")
        stop(server)
    equal(os.listdir(place.path("data/staging")), [], "what is left in the staging directory")
    _configure(place, {"sqlite": {"path": "other/mana-sync.db"}}, "other.yaml", directory="other/backups")
    contains(place.good("backup", "verify", "copy.db", "--config", "other.yaml"), "copy.db  ok")
    contains(place.good("backup", "restore", "copy.db", "--config", "other.yaml"), "restored 3 changes")
    equal(_rows(place.path("other/mana-sync.db")), _rows(place.path("data/mana-sync.db")), "the rows of the restored copy")
    equal(os.listdir(place.path("data/staging")), [], "what a restore leaves in the staging directory")
    place.write("alice.mana", export)
    contains(
        place.refused("backup", "restore", "alice.mana", "--config", "other.yaml", code=1), "one user's export (of alice)", "/backup/import"
    )
    place.write("empty.mana", "")
    contains(place.refused("backup", "restore", "empty.mana", "--config", "other.yaml", code=1), "empty.mana is empty")


@check("the commands make, list, verify and restore a backup; --dry-run and a filled database change nothing")
def commands(place):
    port = _configure(place)
    config = ("--config", "mana-sync.yaml")
    with place.serving(port) as server:
        _push(port, token_of(place, "alice"), _changes(100))
        _, out, err = place.run("backup", "create", *config)
        equal(out, "", "what a command prints beside a running server")
        contains(err, "/api/admin/backups")
        stop(server)
    made = place.good("backup", "create", *config).split()
    contains(place.good("backup", "list", *config), made[0])
    contains(place.good("backup", "verify", *config), f"{made[0]}  ok")
    before = _rows(place.path("data/mana-sync.db"))
    artifact = made[1].removeprefix("file://")
    contains(place.refused("backup", "restore", artifact, *config, code=1), "--replace")
    contains(place.good("backup", "restore", artifact, "--replace", "--dry-run", *config), "nothing was changed")
    equal(_rows(place.path("data/mana-sync.db")), before, "the rows after a rehearsal")
    contains(place.good("backup", "restore", made[0], "--replace", *config), "restored 100 changes")
    equal(_rows(place.path("data/mana-sync.db")), before, "the rows after the restore")
    _configure(place, {"sqlite": {"path": "other/mana-sync.db"}}, "other.yaml", directory="other/backups")
    contains(place.good("backup", "restore", artifact, "--config", "other.yaml"), "restored 100 changes")
    equal(_rows(place.path("other/mana-sync.db")), before, "the rows in another database")
    with open(artifact, "r+b") as file:
        file.seek(200)
        byte = file.read(1)
        file.seek(200)
        file.write(bytes([byte[0] ^ 1]))
    code, out, _ = place.run("backup", "verify", made[0], *config)
    equal(code, 1, "the exit code for a damaged backup")


@check("a log moves from SQLite to PostgreSQL and back, rows and cursors as they were")
def engines(place):
    os.chmod(place.folder, 0o755)  # the cluster is the user postgres's
    os.mkdir(place.path("cluster"))
    postgres = Postgres(place.path("cluster"))
    try:
        url = postgres.url
        port = _configure(place)
        with place.serving(port) as server:
            _push(port, token_of(place, "alice"), _changes(500))
            _push(port, token_of(place, "bob"), _changes(20, 1000), app="notes")
            stop(server)
        before = _rows(place.path("data/mana-sync.db"))
        first = place.good("backup", "create", "--config", "mana-sync.yaml").split()[1].removeprefix("file://")
        _configure(place, {"engine": "postgres", "postgres": {"url": url}}, "postgres.yaml", directory="pg/backups")
        contains(place.good("backup", "restore", first, "--config", "postgres.yaml"), "restored 520")
        second = place.good("backup", "create", "--config", "postgres.yaml").split()[1].removeprefix("file://")
        _configure(place, {"sqlite": {"path": "back/mana-sync.db"}}, "back.yaml", directory="back/backups")
        contains(place.good("backup", "restore", second, "--config", "back.yaml"), "restored 520")
        equal(_rows(place.path("back/mana-sync.db")), before, "the rows that came back")
    finally:
        postgres.end()


@check("a server that is killed in the middle of a run has it failed at the next start, and nothing left of it, wherever it was")
def killed(place):
    port = _configure(place)
    with place.serving(port):
        token = token_of(place, "alice")
        for part in range(20):
            _push(port, token, _changes(200, part * 200, 2000))
    ended, kept = [], 0
    for pause in (0, 0.01, 0.03, 0.1, 0.3):
        with place.serving(port):
            status, body = get(port, "/api/admin/backups", "POST", _HEADERS)
            equal(status, 202, "the status of the start after a crash")
            identity = json.loads(body)["id"]
            time.sleep(pause)
            # The end of the block kills the server, wherever the run is.
        with place.serving(port) as server:
            entry = _wait_for(port, identity, "done", "failed")
            ended.append(entry["status"])
            kept += entry["status"] == "done"
            files = [name for name in os.listdir(place.path("data/backups")) if not name.endswith(".json")]
            equal(len(files), kept, f"the number of artifacts, and of drafts, after a kill at {pause} s")
            stop(server)
    if "failed" not in ended:
        raise Failed("no run was under way when the server was killed")
    with place.serving(port) as server:
        _, body = get(port, "/api/admin/backups", "POST", _HEADERS)
        equal(_wait_for(port, json.loads(body)["id"], "done", "failed")["status"], "done", "the next run")
        audit = json.loads(get(port, "/api/admin/audit", "GET", _HEADERS)[1])
        equal(audit.get("first_broken"), None, "the first broken entry of the audit log")
        stop(server)


@check("a server that is told to end in the middle of a run ends in time, has the run failed, leaves nothing of it, and starts again")
def told_to_end(place):
    port = _configure(place)
    with place.serving(port) as server:
        token = token_of(place, "alice")
        for part in range(40):
            _push(port, token, _changes(200, part * 200, 2000))
        stop(server)
    interrupted, kept = 0, 0
    for pause in (0, 0.02, 0.1, 0.3):
        with place.serving(port) as server:
            status, body = get(port, "/api/admin/backups", "POST", _HEADERS)
            equal(status, 202, f"the status of the start before a SIGTERM at {pause} s")
            identity = json.loads(body)["id"]
            time.sleep(pause)
            begun = time.monotonic()
            stop(server)
            if time.monotonic() - begun > 10:
                raise Failed("the server took longer than server.shutdownGrace")
        recorded = _run_of(place, identity)
        if recorded["status"] == "failed":
            interrupted += 1
            contains(recorded["error"], "broken off")
        kept += recorded["status"] == "done"
        files = [name for name in os.listdir(place.path("data/backups")) if not name.endswith(".json")]
        if recorded["status"] != "running":  # one that had not begun is failed at the next start
            equal(len(files), kept, f"the number of artifacts, and of drafts, after a SIGTERM at {pause} s")
        with place.serving(port) as server:
            entry = _wait_for(port, identity, "done", "failed")
            if recorded["status"] != "running":
                equal(entry["status"], recorded["status"], "the status after the next start")
            audit = get(port, "/api/admin/audit?limit=3", "GET", _HEADERS)[1].decode()
            contains(audit, "backup_failed" if entry["status"] == "failed" else "backup_created")
            if entry["status"] == "failed":
                equal(get(port, f"/api/admin/backups/{identity}/file", "GET", _HEADERS)[0], 409, "the status of its file")
            files = [name for name in os.listdir(place.path("data/backups")) if not name.endswith(".json")]
            equal(len(files), kept, "the number of artifacts after the next start")
            stop(server)
    if not interrupted:
        raise Failed("no run was under way when the server was told to end")
    with place.serving(port) as server:
        _, body = get(port, "/api/admin/backups", "POST", _HEADERS)
        equal(_wait_for(port, json.loads(body)["id"], "done", "failed")["status"], "done", "the next run")
        stop(server)


def _run_of(place, identity):
    """The catalog's row of a run while no server is up."""
    with sqlite3.connect(f"file:{place.path('data/mana-sync.db')}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return database.execute("SELECT status, error FROM sync_backup_runs WHERE id = ?", (identity,)).fetchone()


@check("a backup goes to an S3-compatible store and comes back from it; its secret is in a file")
def s3(place):
    python = os.environ.get("MANA_SYNC_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import boto3, moto.server, flask"], capture_output=True, check=False).returncode != 0:
        raise Skipped("there is no moto and boto3: pip install 'moto[s3,server]' boto3")
    peer = subprocess.Popen([python, _PEER], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        port = json.loads(peer.stdout.readline())["port"]
        place.write("secret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n")
        store = {
            "endpoint": f"http://127.0.0.1:{port}", "region": "eu-central-1", "bucket": "backups", "prefix": "mana/",
            "accessKeyID": "AKIDEXAMPLE", "secretAccessKeyFile": "secret",
        }  # fmt: skip
        served = _configure(place, s3=store)
        with place.serving(served) as server:
            _push(served, token_of(place, "alice"), _changes(50))
            stop(server)
        before = _rows(place.path("data/mana-sync.db"))
        identity, uri = place.good("backup", "create", "--config", "mana-sync.yaml").split()
        peer.stdin.write('{"do":"keys","prefix":"mana/"}\n')
        peer.stdin.flush()
        keys = json.loads(peer.stdout.readline())["keys"]
        equal(f"s3://backups/{[key for key in keys if key.endswith('.mana')][0]}", uri, "the artifact that boto3 sees")
        contains(place.good("backup", "restore", identity, "--replace", "--config", "mana-sync.yaml"), "restored 50 changes")
        equal(_rows(place.path("data/mana-sync.db")), before, "the rows after the restore")
    finally:
        peer.stdin.close()
        peer.wait(20)


@check("long work shows its progress on a terminal, and nowhere else")
def progress(place):
    port = _configure(place)
    with place.serving(port) as server:
        _push(port, token_of(place, "alice"), _changes(200))
        stop(server)
    ours, theirs = pty.openpty()
    command = [place.binary, "backup", "create", "--config", "mana-sync.yaml"]
    made = subprocess.run(command, cwd=place.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, timeout=PATIENCE, check=False)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    equal(made.returncode, 0, "the exit code")
    contains(shown, "writing 200 of 200 changes 100%", "verifying 100%")
    equal(place.run("backup", "create", "--config", "mana-sync.yaml")[2], "", "what goes to a stderr that is no terminal")
