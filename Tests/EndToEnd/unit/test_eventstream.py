import unittest

from household.eventstream import Changes, changes, events, reason
from household.mismatch import Mismatch

ONE = '{"table":"t","changes":[{"n":1.0},{}],"syncedUntil":"s","hasMore":false}'


class Events(unittest.TestCase):
    def test_events_may_be_cut_anywhere(self):
        text = "event: changes\ndata: {é}\n\n: a comment\n\nevent: heartbeat\ndata: {}\n\nevent:x\ndata:1\nid: 7\ndata: 2\n\n"
        text = text.encode()
        expected = [("changes", "{é}", None), ("heartbeat", "{}", None), ("x", "1\n2", "7")]
        for size in (1, 2, 3, 7, len(text)):
            with self.subTest(size):
                chunks = [text[start : start + size] for start in range(0, len(text), size)]
                self.assertEqual(list(events(chunks)), expected)

    def test_half_an_event_at_a_clean_end_is_a_fault(self):
        for text in (b"event: changes\n", b"event: changes\ndata: {}\n", b"x"):
            with self.subTest(text), self.assertRaises(Mismatch):
                list(events([b"event: heartbeat\ndata: {}\n\n", text]))

    def test_lines_of_other_kinds(self):
        for text in (b"id: 1\nid: 2\n\n", b"event: a\nevent: b\n\n", b"retry: 5\ndata: {}\n\n", b"event: a\r\ndata: {}\r\n\n\n"):
            with self.subTest(text), self.assertRaises(Mismatch):
                list(events([text]))


class Contents(unittest.TestCase):
    def test_an_event_is_split_not_rewritten(self):
        self.assertEqual(changes(ONE), Changes("t", ['{"n":1.0}', "{}"], "s", False))

    def test_other_events_are_refused(self):
        for before, after in (
            ('"table":"t",', ""), ('"t"', "1"), (',"hasMore":false', ""), ("false", '"no"'), ("false", 'false,"more":1'),
            ('{"n":1.0},{}', ""), ("}]", "]"), ('"syncedUntil":"s",', ""),
        ):  # fmt: skip
            with self.subTest(after), self.assertRaises(Mismatch):
                changes(ONE.replace(before, after))

    def test_reasons(self):
        self.assertEqual(reason('{"reason":"draining"}'), "draining")
        for data in ("{}", '{"reason":"bored"}', '{"reason":"draining","until":1}', "draining", ""):
            with self.subTest(data), self.assertRaises(Mismatch):
                reason(data)
