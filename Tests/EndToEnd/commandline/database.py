"""Databases: made, migrated, refused."""

import os
import sqlite3

from .checks import check, contains, equal, exists, lacks
from .place import stop


@check("db status changes nothing, db migrate makes the tables once, and both say so")
def status_and_migrate(place):
    contains(place.good("db", "status"), "data/mana-sync.db", "pending")
    equal(os.listdir(place.folder), [], "what db status left in the folder")
    contains(place.good("db", "migrate"), "applied storage/")
    status = place.good("db", "status")
    lacks(status, "pending")
    contains(status, "applied 2")
    equal(place.good("db", "migrate"), "data/mana-sync.db is up to date.\n")
    equal(place.good("db", "status"), status)
    equal(os.stat(place.path("data/mana-sync.db")).st_mode & 0o777, 0o600, "the mode of the database")


@check("with storage.migrate off, a server wants db migrate first")
def without_migration(place):
    port = place.configure(storage={"migrate": False})
    error = place.refused("serve", "--config", "mana-sync.yaml", code=1)
    contains(error, "migrat")
    place.good("db", "migrate", "--config", "mana-sync.yaml")
    with place.serving(port) as process:
        stop(process)


@check("a file that is no database, or is another program's, is refused and stays as it is")
def foreign(place):
    place.configure()
    place.write("noise.db", os.urandom(8192))
    place.write("text.db", "not a database\n" * 1000)
    with sqlite3.connect(place.path("other.db")) as other:
        other.execute("CREATE TABLE changes (id)")
    other.close()
    for name in ("noise.db", "text.db", "other.db"):
        before = place.read(name)
        for command in (["serve"], ["db", "status"], ["db", "migrate"]):
            error = place.refused(*command, "--config", "mana-sync.yaml", code=1, DATABASE_URL=f"sqlite:{name}")
            contains(error, "database", name)
            lacks(error, "SQLITE_", "sqlite3_")
            equal(place.read(name), before, name)
        exists(place.path(name + "-wal"), False)
        exists(place.path(name + "-journal"), False)


@check("a damaged database of ours is refused and stays as it is")
def damaged(place):
    place.configure()
    place.good("db", "migrate", "--config", "mana-sync.yaml")
    whole = place.read("data/mana-sync.db")
    overwritten = whole[:4096] + os.urandom(8192) + whole[12288:]
    for bytes_ in (overwritten, whole[: len(whole) // 2], whole[:1000]):
        place.write("data/mana-sync.db", bytes_)
        contains(place.refused("serve", "--config", "mana-sync.yaml", code=1), "plugin 'storage' cannot start")
        place.refused("db", "migrate", "--config", "mana-sync.yaml", code=1)
        equal(place.read("data/mana-sync.db") == bytes_, True, "whether the file is untouched")


@check("a second server on the same database is refused in one line, and the first one serves on")
def second(place):
    port = place.configure()
    with place.serving(port) as process:
        error = place.refused("serve", "--config", "mana-sync.yaml", "--port", "0", code=1)
        equal([line for line in error.splitlines() if not line.startswith("{")], [
            "mana-sync: plugin 'storage' cannot start: inUse: Another server has the database open. (storage.sqlite.path is data/mana-sync.db)"
        ], "what was said")  # fmt: skip
        contains(place.refused("db", "migrate", "--config", "mana-sync.yaml", code=1), "Another server has the database open.")
        contains(place.good("db", "status", "--config", "mana-sync.yaml"), "applied 2")
        equal(place.read("data/mana-sync.pid").strip(), str(process.pid).encode(), "the pid file")
        stop(process)


@check("a database that cannot be reached or made is refused in one line that names it")
def unreachable(place):
    place.configure()
    place.write("file", "")
    os.mkdir(place.path("folder"))
    for path in ("folder", "file/below.db", "/proc/none/at-all.db", "/dev/null"):
        for command in (["serve"], ["db", "migrate"]):
            error = place.refused(*command, "--config", "mana-sync.yaml", code=1, DATABASE_URL=f"sqlite:{path}")
            lines = [line for line in error.splitlines() if not line.startswith("{")]
            equal(len(lines), 1, f"the number of lines of {error!r}")
            contains(lines[0], path)
