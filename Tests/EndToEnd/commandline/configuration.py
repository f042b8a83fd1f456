"""Files, variables, flags: what counts, and what is refused how."""

import os

from .checks import check, contains, equal, lacks

_SHIPPED = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../../Config/mana-sync.yaml"))
_ROUTES = os.path.normpath(os.path.join(os.path.dirname(__file__), "../routes.txt"))


@check("the configuration that is shipped is good, and gives the committed table of routes")
def shipped(place):
    contains(place.good("config", "check", "--config", _SHIPPED), "The configuration is good", "Accepted as open: metered.")
    with open(_ROUTES, encoding="utf-8") as file:
        equal(place.good("routes", "--config", _SHIPPED), file.read(), "the table")
    equal(os.listdir(place.folder), [], "what these commands left in the folder")


@check("every fault of a file is told at once, with line, column and the nearest name")
def faults(place):
    text = "server:\n  prot: 1\n  port: abc\n  maxBody: 3XiB\nplugins:\n  snyc: {enabled: true}\n  sync: {enabled: maybe}\nlgo: {}\n"
    place.write("bad.yaml", text)
    for command in (["config", "check"], ["serve"], ["routes"], ["config", "show"], ["db", "status"], ["token", "alice"]):
        error = place.refused(*command, "--config", "bad.yaml")
        contains(
            error,
            "bad.yaml:2:3: unknown key 'prot' in server; did you mean 'port'?",
            "bad.yaml:3:9: server.port: expected a whole number, found 'abc'",
            "bad.yaml:4:12: server.maxBody",
            "bad.yaml:6:3: unknown plugin 'snyc'; did you mean 'sync'?",
            "bad.yaml:7:19: plugins.sync.enabled",
            "bad.yaml:8:1: unknown",
        )
        equal(len(error.splitlines()), 6, "the number of lines")


@check("a file that is no YAML, is no file or is not there is refused by its name")
def unreadable(place):
    place.write("tab.yaml", "server:\n\tport: 1\n")
    contains(place.refused("config", "check", "--config", "tab.yaml"), "tab.yaml:2:1")
    contains(place.refused("config", "check", "--config", "none.yaml"), "none.yaml: ", "No such file")
    contains(place.refused("config", "check", "--config", "."), "mana-sync: .: ")
    contains(place.refused("config", "check", MANA_SYNC_CONFIG="none.yaml"), "none.yaml: ")


@check("a bad variable is refused by its name, whatever the command")
def bad_variables(place):
    cases = [
        ("PORT", "abc"), ("PORT", ""), ("PORT", "70000"), ("PORT", "-1"), ("HOST", ""), ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "sqlite:"), ("DATABASE_URL", ""), ("JWKS_URL", "ftp://keys"), ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "http://good.example,http://bad.example/path"),
    ]  # fmt: skip
    for name, value in cases:
        for command in (["config", "check"], ["serve"]):
            error = place.refused(*command, **{name: value})
            contains(error, f"environment variable {name}: ")
            equal(len(error.splitlines()), 1, f"the number of lines for {name}={value}")


@check("flags count more than variables, variables more than the file, the file more than defaults")
def layers(place):
    place.write("a.yaml", "server: {port: 1, host: localhost, maxBody: 1MiB}\n")
    values = _values(place.good("config", "show", "--config", "a.yaml", "--port", "3", PORT="2", HOST="::1"))
    equal(values["server.port"], ["3", "--port"], "server.port")
    equal(values["server.host"][-1], "HOST", "server.host")
    equal(values["server.maxBody"], ["1MiB", "a.yaml:1:45"], "server.maxBody")
    equal(values["server.maxHeader"], ["16KiB", "default"], "server.maxHeader")


@check("--config counts more than MANA_SYNC_CONFIG, and that more than Config/mana-sync.yaml")
def files(place):
    for name, port in (("a.yaml", 1), ("b.yaml", 2), ("Config/mana-sync.yaml", 3)):
        place.write(name, f"server: {{port: {port}}}\n")
    show = lambda *arguments, **environment: _values(place.good("config", "show", *arguments, **environment))["server.port"][0]
    equal(show("--config", "a.yaml", MANA_SYNC_CONFIG="b.yaml"), "1")
    equal(show(MANA_SYNC_CONFIG="b.yaml"), "2")
    equal(show(), "3")


@check("DATABASE_URL chooses the database")
def database_url(place):
    values = _values(place.good("config", "show", DATABASE_URL="sqlite:/somewhere/else.db"))
    equal(values["storage.sqlite.path"][-2:], ["variable", "DATABASE_URL"], "where the path comes from")
    contains(place.good("db", "status", DATABASE_URL="sqlite:else.db"), "else.db\n")


@check("DevIssuer beside a host that others can reach is refused, by check and by serve")
def open_issuer(place):
    place.configure()
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        for command in (["config", "check"], ["serve"]):
            error = place.refused(*command, "--config", "mana-sync.yaml", HOST=host)
            contains(error, "plugin 'devIssuer'", f"server.host is '{host}'", "Set server.host to 127.0.0.1")
    equal(os.listdir(place.folder), ["mana-sync.yaml"], "what a refused server left in the folder")


@check("a demand that nobody fulfils is refused with both names and the remedy")
def unfulfilled(place):
    place.configure(kernel={})
    error = place.refused("serve", "--config", "mana-sync.yaml")
    contains(error, "plugin 'sync' demands 'metered'", "kernel.unfulfilled: [metered]")
    place.configure(kernel={"unfulfilled": ["authenticated"]})
    contains(place.refused("config", "check", "--config", "mana-sync.yaml"), "can never be accepted as open")
    place.configure(kernel={"unfulfilled": ["metred"]})
    contains(place.refused("config", "check", "--config", "mana-sync.yaml"), "'metred'", "Did you mean 'metered'?")


@check("a plugin that is off has no routes, and no token is issued without DevIssuer")
def off(place):
    place.configure(plugins={"sync": {"enabled": True}})
    table = place.good("routes", "--config", "mana-sync.yaml")
    contains(table, "/sync/{appId}", "OPEN:metered")
    lacks(table, "/metrics", "/dev/")
    contains(place.refused("token", "alice", "--config", "mana-sync.yaml"), "plugin 'devIssuer' is off")
    contains(place.good("plugins", "list", "--config", "mana-sync.yaml"), "devIssuer  off")


def _values(text):
    """The words behind each key of `config show`."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()}
