"""What a check is, and what it may say."""

import os

CHECKS = []


class Failed(Exception):
    """The binary does not do what was expected; the text says what it did."""


class Skipped(Exception):
    """What the check needs is not installed."""


def check(sentence):
    """Registers a function of one place (a folder with the binary to run in it) under the sentence that it proves."""

    def register(function):
        CHECKS.append((sentence, function))
        return function

    return register


def equal(actual, expected, what="the answer"):
    if actual != expected:
        raise Failed(f"{what} is {actual!r}, expected {expected!r}")


def contains(text, *parts):
    for part in parts:
        if part not in text:
            raise Failed(f"{part!r} is not in: {text}")


def lacks(text, *parts):
    for part in parts:
        if part in text:
            raise Failed(f"{part!r} is in: {text}")


def exists(path, expected=True):
    if os.path.exists(path) != expected:
        raise Failed(f"{path} is {'not ' if expected else ''}there")
