import itertools
import json
import random
import unittest

from household.changes import pushed
from household.fold import Replica, records
from household.instants import instant

KEY = ("t", "1")


def change(op, **members):
    return pushed(json.dumps({"table": "t", "id": "1", "op": op, **members}))


def insert(at=None, **data):
    return change("insert", data={**data, **({"createdAt": at} if at else {})})


def update(at, **values):
    return change("update", fields={name: {"value": value, "updatedAt": at} for name, value in values.items()})


def stamp(second):
    return f"2026-01-01T00:00:{second:02d}Z"


def folded(*changes):
    """The record by both ways of folding, which must agree; without the bookkeeping of presence and timestamps."""
    replica = Replica()
    for each in changes:
        replica.apply(each)
    assert replica.records() == records(changes)
    record = records(changes).get(KEY)
    return None if record is None else {n: v for n, v in record.items() if n not in (None, "createdAt", "updatedAt")}


class LastWriterWins(unittest.TestCase):
    def test_the_later_instant_wins_in_any_order(self):
        changes = [insert(stamp(1), a=1, b=1), update(stamp(3), a=3), update(stamp(2), a=2, b=2)]
        for order in itertools.permutations(changes):
            self.assertEqual(folded(*order), {"a": "3", "b": "2"})

    def test_at_equal_instants_the_later_in_commit_order_wins(self):
        self.assertEqual(folded(update(stamp(1), a=1), update("2026-01-01T01:00:01.000+01:00", a=2)), {"a": "2"})
        self.assertEqual(folded(update(stamp(1), a=2), update(stamp(1), a=1)), {"a": "1"})

    def test_instants_are_compared_not_texts(self):
        later, earlier = "2026-01-01T00:00:00.5Z", "2026-01-01T00:59:59+01:00"
        self.assertEqual(folded(update(later, a=2), update(earlier, a=1)), {"a": "2"})

    def test_updated_at_comes_before_created_at(self):
        moved = change("insert", data={"a": 3, "createdAt": stamp(1), "updatedAt": stamp(3)})
        self.assertEqual(folded(moved, update(stamp(2), a=2)), {"a": "3"})

    def test_an_insert_without_timestamps_counts_at_its_cursor(self):
        self.assertEqual(folded(insert(a=1), update(stamp(9), a=2)), {"a": "1"})
        self.assertEqual(folded(insert(a=1), insert(a=2)), {"a": "2"})

    def test_a_delete_ends_everything_up_to_its_instant(self):
        gone = change("delete", deletedAt=stamp(5))
        self.assertIsNone(folded(insert(stamp(1), a=1), gone))
        self.assertIsNone(folded(gone, insert(stamp(5), a=1)))
        self.assertIsNone(folded(insert(stamp(5), a=1), gone))

    def test_a_later_field_brings_the_record_back_with_that_field(self):
        gone, later = change("delete", deletedAt=stamp(5)), update(stamp(6), b=2)
        for order in itertools.permutations([insert(stamp(1), a=1, b=1), gone, later]):
            self.assertEqual(folded(*order), {"b": "2"})

    def test_a_delete_without_time_counts_at_its_cursor(self):
        self.assertIsNone(folded(insert(stamp(1), a=1), update(stamp(9), a=2), change("delete")))
        self.assertEqual(folded(insert(a=1), change("delete"), insert(a=2)), {"a": "2"})

    def test_an_empty_record_is_a_record(self):
        self.assertEqual(folded(insert(stamp(1))), {})
        self.assertIsNone(folded(change("update", fields={})))

    def test_values_stay_bytes(self):
        raw = '{"table":"t","id":"1","op":"insert","data":{"a":1.0,"a":9007199254740993,"b":"\\u00e9"}}'
        self.assertEqual(folded(pushed(raw)), {"a": "9007199254740993", "b": '"\\u00e9"'})

    def test_both_folds_agree_on_random_logs(self):
        for seed in range(300):
            chance = random.Random(seed)
            log = []
            for _ in range(chance.randrange(1, 14)):
                at = stamp(chance.randrange(5))
                log.append(
                    chance.choice(
                        (
                            insert(chance.choice((at, None)), a=chance.random()),
                            update(at, **{chance.choice("ab"): chance.random()}),
                            change("delete", **chance.choice(({"deletedAt": at}, {}))),
                        )
                    )
                )
            with self.subTest(seed=seed):
                folded(*log)


class Instants(unittest.TestCase):
    def test_offsets_and_fractions(self):
        self.assertEqual(instant("2026-01-01T01:30:00.10+01:30"), instant("2026-01-01T00:00:00.1Z"))
        self.assertLess(instant("2026-01-01T00:00:00.09Z"), instant("2026-01-01T00:00:00.1Z"))
        self.assertLess(instant("2026-01-01T00:00:00Z"), instant("2026-01-01T00:00:00.000000001Z"))

    def test_unreadable_ones(self):
        for text in ("2026-01-01", "2026-01-01T00:00:00", "", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Z "):
            with self.subTest(text), self.assertRaises(ValueError):
                instant(text)
