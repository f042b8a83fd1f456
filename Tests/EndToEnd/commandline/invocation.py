"""Commands, flags and help."""

import re

from .checks import Failed, check, contains, equal

_COMMANDS = [
    "", "serve", "config", "config check", "config show", "config schema", "plugins", "plugins list", "plugins new",
    "routes", "db", "db status", "db migrate", "token",
]


@check("every command has help that describes each of its flags")
def help_of_every_command(place):
    for command in _COMMANDS:
        text = place.good(*command.split(), "--help")
        contains(text, "USAGE: mana-sync", "OVERVIEW: ")
        # A flag's description stands on its line or, where the flag is long, on the next one.
        for flag in re.finditer(r"^  (--?\w.*?)(  +(\S.*)|\n {10,}(\S.*))?$", text, re.MULTILINE):
            if not (flag.group(3) or flag.group(4)):
                raise Failed(f"{command} --help says nothing of {flag.group(1)}")


@check("the help names every command, and the exit codes")
def help_of_all(place):
    text = place.good("--help")
    contains(text, *{command.split()[0] for command in _COMMANDS if command}, "Exit codes:", "64", "78")


@check("--version prints the version and nothing else")
def version(place):
    if not re.fullmatch(r"\d+\.\d+\.\d+\S*\n", place.good("--version")):
        raise Failed("--version prints no version")


@check("an unknown command, a misspelt flag and a missing argument are refused with 64 and say what would be right")
def misspelt(place):
    contains(place.refused("bogus", code=64), "Unexpected argument 'bogus'", "--help")
    contains(place.refused("serve", "--confg", "x", code=64), "Did you mean '--config'?")
    contains(place.refused("token", code=64), "Missing expected argument '<subject>'")
    contains(place.refused("config", "check", "--config", code=64), "Missing value for '--config")


@check("config schema is a JSON Schema that knows every section")
def schema(place):
    import json

    properties = json.loads(place.good("config", "schema"))["properties"]
    equal(sorted(properties), ["auth", "kernel", "log", "plugins", "server", "storage"], "the sections")
