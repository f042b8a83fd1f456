import unittest

from household.changes import differences, pushed, received
from household.fixture import parse
from household.mismatch import Mismatch

WIRE = '{"eventId":"e","schemaVersion":1,"table":"t","id":"1","op":"insert","data":{"n":1.0}}'


class Comparing(unittest.TestCase):
    def test_whitespace_is_no_difference(self):
        self.assertEqual(received(WIRE)[1], pushed('{ "table" : "t","id":"1","op":"insert","data":{ "n" : 1.0 } }'))

    def test_every_member_counts(self):
        for before, after in (
            ("1.0", "1"), ('"t"', '"u"'), ('"id":"1"', '"id":"2"'), ("insert", "update"),
            ('"schemaVersion":1', '"schemaVersion":2'),
            (',"data"', ',"origin":"user","data"'), (',"data"', ',"spaceId":"s","data"'),
            (',"data"', ',"actor":null,"data"'),
            (',"data"', ',"deletedAt":"2026-01-01T00:00:00Z","data"'), (',"data"', ',"fields":{},"data"'),
        ):  # fmt: skip
            with self.subTest(after):
                got = received(WIRE.replace(before, after))[1]
                self.assertEqual(len(differences(received(WIRE)[1], got)), 1)

    def test_a_field_differs_by_value_and_by_timestamp(self):
        base = pushed('{"table":"t","id":"1","op":"update","fields":{"a":{"value":1,"at":"2026-01-01T00:00:00Z"}}}')
        self.assertEqual(base.fields, (("a", "1", "2026-01-01T00:00:00Z"),))
        other = pushed('{"table":"t","id":"1","op":"update","fields":{"a":{"value":1,"at":"2026-01-01T00:00:00.0Z"}}}')
        self.assertTrue(differences(base, other)[0].startswith("fields.a"))

    def test_a_missing_value_is_null(self):
        change = pushed('{"table":"t","id":"1","op":"update","fields":{"a":{"updatedAt":"2026-01-01T00:00:00Z"}}}')
        self.assertEqual(change.fields[0].value, "null")

    def test_where_the_space_comes_from(self):
        field = '"fields":{"spaceId":{"value":"f","at":"2026-01-01T00:00:00Z"}}'
        for members, space in (
            (f'"spaceId":"own","data":{{"spaceId":"d"}},{field}', "own"),
            (f'"data":{{"spaceId":"d"}},{field}', "d"),
            (f'"data":{{"spaceId":7}},{field}', "f"),
            ('"data":{"spaceId":null}', None),
        ):
            with self.subTest(members):
                self.assertEqual(pushed(f'{{"table":"t","id":"1","op":"insert",{members}}}').space_id, space)

    def test_shapes_that_are_not_the_protocols(self):
        for raw in (WIRE.replace("eventId", "event"), WIRE.replace('"op":"insert",', ""), WIRE.replace('"id"', '"op"')):
            with self.subTest(raw), self.assertRaises(Mismatch):
                received(raw)


class Reading(unittest.TestCase):
    def test_a_changes_own_schema_version_wins(self):
        change = '{"table":"t","id":"1","op":"delete"%s}'
        line = '{"app":"a","user":"u","clientId":"c","body":{"schemaVersion":3,"changes":[%s,%s]}}'
        request = parse(line % (change % "", change % ',"schemaVersion":2'), 1)
        self.assertEqual([c.schema_version for c in request.changes], [3, 2])
        self.assertEqual(request.raw_changes[0], change % "")
