import unittest

from household.answers import Answer, answer
from household.changes import pushed
from household.mismatch import Mismatch
from household.oracle import Log, Reader


def raw(number, table="t"):
    return f'"table":"{table}","id":"{number}","op":"insert","data":{{"n":{number}}}'


def wire(number, table="t"):
    return f'{{"eventId":"e{number}","schemaVersion":1,{raw(number, table)}}}'


def cursor(second):
    return f"2026-01-01T00:00:{second:02d}.000000Z"


def log(*clients):
    found = Log("u/a")
    for number, client in enumerate(clients):
        found.append([pushed("{" + raw(number) + "}")], client)
    return found


class Chains(unittest.TestCase):
    def test_a_reader_gets_the_changes_of_others_in_order(self):
        reader = Reader(log("x", "y", "x"), "y")
        reader.take(Answer([wire(0)], cursor(1), True))
        reader.take(Answer([wire(2)], cursor(3), False))
        self.assertEqual(reader.position, 3)

    def test_without_a_client_id_only_what_the_push_itself_wrote_is_left_out(self):
        reader = Reader(log(None, None, None))
        reader.take(Answer([wire(0), wire(2)], cursor(3), False), pushed=range(1, 2))

    def test_wrong_pages(self):
        for name, page in {
            "missing": Answer([wire(0), wire(1)], cursor(3), False),
            "hole": Answer([wire(0), wire(2)], cursor(3), False),
            "swapped": Answer([wire(1), wire(0), wire(2)], cursor(3), False),
            "doubled": Answer([wire(0), wire(0), wire(1), wire(2)], cursor(3), False),
            "one too many": Answer([wire(0), wire(1), wire(2), wire(2)], cursor(3), False),
            "hasMore in vain": Answer([wire(0), wire(1), wire(2)], cursor(3), True),
            "empty page": Answer([], cursor(3), True),
            "cursor": Answer([wire(0), wire(1), wire(2)], "2026-01-01T00:00:03Z", False),
            "no cursor": Answer([wire(0), wire(1), wire(2)], None, False),
        }.items():
            with self.subTest(name), self.assertRaises(Mismatch):
                Reader(log("x", "x", "x"), "y").take(page)

    def test_cursors_increase(self):
        for second in (1, 0):
            reader = Reader(log("x", "x"), "y")
            reader.take(Answer([wire(0)], cursor(1), True))
            with self.assertRaises(Mismatch):
                reader.take(Answer([wire(1)], cursor(second), False))

    def test_a_page_has_its_limit(self):
        with self.assertRaises(Mismatch):
            Reader(log("x", "x", "x"), "y", limit=1).take(Answer([wire(0), wire(1)], cursor(1), True))

    def test_an_event_id_stays(self):
        shared = log("x")
        Reader(shared).take(Answer([wire(0)], cursor(1), False))
        with self.assertRaises(Mismatch):
            Reader(shared).take(Answer([wire(0).replace("e0", "e1")], cursor(1), False))

    def test_an_event_id_belongs_to_one_change(self):
        shared = log("x", "x")
        Reader(shared).take(Answer([wire(0), wire(1).replace("e1", "e0")], cursor(1), False))
        with self.assertRaises(Mismatch):
            shared.check_event_ids()


class Answers(unittest.TestCase):
    def test_an_answer_is_split_not_rewritten(self):
        text = b'{"serverChanges":[{"n":1.0},{}],"conflicts":[],"syncedUntil":"s","hasMore":true}'
        self.assertEqual(answer(text), Answer(['{"n":1.0}', "{}"], "s", True))

    def test_other_answers_are_refused(self):
        for text in (
            b"", b"{}", b"\xff", b'{"serverChanges":[],"conflicts":[1],"syncedUntil":"s"}',
            b'{"serverChanges":[],"conflicts":[],"syncedUntil":"s","rejected":[{}]}',
            b'{"serverChanges":[],"conflicts":[],"syncedUntil":"s","more":1}', b'{"serverChanges":[],"conflicts":[]}',
        ):  # fmt: skip
            with self.subTest(text), self.assertRaises(Mismatch):
                answer(text)
