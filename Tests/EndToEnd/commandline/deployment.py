"""What stands in Config for those who deploy: it has to name what the server really has."""

import json
import os
import re
import shutil
import subprocess

from history.postgres import Postgres

from .checks import Failed, Skipped, check, contains, equal
from .operator import _HEADERS, _changes, _configure, _wait_for
from .place import free_port, get, stop

_CONFIG = os.path.join(os.path.dirname(__file__), "..", "..", "..", "Config")
_METRIC = re.compile(r"\b(?:mana_sync|process)_[a-z0-9_]+\b")
_LABELS = re.compile(r"([a-z_]+)(?:=~|!~|!=|=)\"|\bby \(([^)]*)\)")
_ADDED_BY_PROMETHEUS = {"job", "instance"}


def _scraped(place, storage, file):
    """The metrics that a server with every plugin shows after a push and a backup, and all names of labels."""
    port = _configure(place, storage, file)
    with open(place.path(file)) as opened:
        content = json.load(opened)
    content["plugins"] |= {name: {"enabled": True} for name in ("billing", "spaces")}
    place.write(file, json.dumps(content))
    with place.serving(port, "serve", "--config", file) as server:
        _push_own(place, port, file)
        _, body = get(port, "/api/admin/backups", "POST", _HEADERS)
        _wait_for(port, json.loads(body)["id"], "done", "failed")
        text = get(port, "/metrics")[1].decode()
        stop(server)
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    names = {re.split("[{ ]", line)[0] for line in samples} | set(re.findall("^# TYPE ([^ ]+)", text, re.MULTILINE))
    histograms = re.findall("^# TYPE ([^ ]+) histogram", text, re.MULTILINE)
    names |= {histogram + suffix for histogram in histograms for suffix in ("_bucket", "_sum", "_count")}
    return names, set(re.findall(r'[{,]([a-z_]+)="', text))


def _push_own(place, port, file):
    token = place.good("token", "alice", "--config", file).strip()
    get(port, "/sync/todo", "POST", {"Authorization": f"Bearer {token}"}, b'{"changes":[' + _changes(1)[0].encode() + b"]}")


def _expressions():
    """Each expression of the dashboard and of the alert rules, with Grafana's variables filled in."""
    with open(os.path.join(_CONFIG, "grafana.json")) as file:
        dashboard = json.load(file)
    found = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    if len(found) < 20:
        raise Failed(f"the dashboard has {len(found)} expressions")
    with open(os.path.join(_CONFIG, "alerts.yaml")) as file:
        found += re.findall(r"^ *expr: (.*)$", file.read(), re.MULTILINE)
    for variable, value in (("$__rate_interval", "5m"), ("$job", ".*"), ("$instance", ".*")):
        found = [expression.replace(variable, value) for expression in found]
    return found


@check("every metric and label of the dashboard and the alert rules is one that a server shows, on one engine or the other")
def metrics(place):
    os.chmod(place.folder, 0o755)  # the cluster is the user postgres's
    os.mkdir(place.path("cluster"))
    names, labels = _scraped(place, {"sqlite": {"path": "data/mana-sync.db"}}, "sqlite.yaml")
    postgres = Postgres(place.path("cluster"))
    try:
        more = _scraped(place, {"engine": "postgres", "postgres": {"url": postgres.url}}, "postgres.yaml")
    finally:
        postgres.end()
    names, labels = names | more[0], labels | more[1] | _ADDED_BY_PROMETHEUS
    for expression in _expressions():
        unknown = [name for name in _METRIC.findall(expression) if name not in names]
        equal(unknown, [], f"what no server shows of {expression!r}")
        used = [name for one, several in _LABELS.findall(expression) for name in (one or several).split(", ")]
        equal([name for name in used if name not in labels], [], f"the labels that no metric has in {expression!r}")


@check("every expression of the dashboard is PromQL")
def expressions(place):
    if not shutil.which("promtool"):
        raise Skipped("there is no promtool: apt-get install prometheus")
    rules = [{"record": f"check:{number}", "expr": expression} for number, expression in enumerate(_expressions())]
    place.write("rules.yaml", json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", place.path("rules.yaml")], capture_output=True, text=True, check=False)
    equal(done.returncode, 0, f"promtool's exit code: {done.stderr}")


@check("the image's configuration makes a server, in a folder like the image's")
def container(place):
    with open(os.path.join(_CONFIG, "container.yaml")) as file:
        text = file.read()
    place.write("mana-sync.yaml", text.replace("/data/", place.path("data/")))
    port = free_port()
    environment = {"MANA_SYNC_CONFIG": "mana-sync.yaml", "PORT": str(port), "JWKS_URL": "http://127.0.0.1:9/jwks"}
    with place.serving(port, "serve", probe="/health/live", **environment) as server:
        equal(get(port, "/health/ready")[0], 503, "the readiness without an auth service")
        contains(get(port, "/metrics")[1].decode(), "mana_sync_build_info")
        stop(server)
    equal(sorted(os.listdir(place.folder)), ["data", "mana-sync.yaml", "server.log"], "what is in the folder")


@check("the systemd unit is one that systemd reads, names commands of the binary, and waits longer than the server's own grace")
def unit(place):
    with open(os.path.join(_CONFIG, "mana-sync.service")) as file:
        text = file.read()
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    if int(settings["TimeoutStopSec"]) <= 10:
        raise Failed("TimeoutStopSec is no longer than the default of server.shutdownGrace")
    program = settings["ExecStart"].split()
    for key in ("ExecStartPre", "ExecStart"):
        place.good(*settings[key].split()[1:-2], "--help")  # without --config FILE
    if not shutil.which("systemd-analyze"):
        raise Skipped("there is no systemd-analyze: apt-get install systemd")
    # The program of the unit need not be installed here: this one is.
    place.write("mana-sync.service", text.replace(program[0], place.binary))
    done = subprocess.run(["systemd-analyze", "verify", place.path("mana-sync.service")], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "mana-sync" in line]
    equal((done.returncode, complaints), (0, []), "what systemd-analyze verify says")


