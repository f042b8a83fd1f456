import unittest

from household.rawjson import compact, decoded, elements, member_map, members


class Splitting(unittest.TestCase):
    def test_slices_are_the_bytes_between_the_delimiters(self):
        raw = '[ 1.0 , -0,1e400,"a,]\\"b" ,{"k" : [1 ,2]},9007199254740993,"\\ud800"]'
        wanted = ["1.0", "-0", "1e400", '"a,]\\"b"', '{"k" : [1 ,2]}', "9007199254740993", '"\\ud800"']
        self.assertEqual(elements(raw), wanted)

    def test_members_keep_order_and_repetition(self):
        raw = ' {"b" : 1.0, "a":{"x":[]} ,"b":"\\u00e9" } '
        self.assertEqual(members(raw), [("b", "1.0"), ("a", '{"x":[]}'), ("b", '"\\u00e9"')])
        self.assertEqual(member_map(raw)["b"], '"\\u00e9"')

    def test_member_names_are_decoded(self):
        self.assertEqual(members('{"\\u0061":1}'), [("a", "1")])

    def test_empty_ones(self):
        self.assertEqual(elements(" [ ] "), [])
        self.assertEqual(members("{}"), [])

    def test_what_is_not_json_is_refused(self):
        broken = ("[1,]", "[1 2]", "[1", "[", "", "[1]x", "[NaN]", "[Infinity]", "[01]", "['a']", '["\n"]', "{}")
        for raw in broken:
            with self.subTest(raw), self.assertRaises(ValueError):
                elements(raw)
        for raw in ('{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '{"a":1', "[]", '{"a":1}}', '{"a":+1}'):
            with self.subTest(raw), self.assertRaises(ValueError):
                members(raw)

    def test_deep_nesting_is_no_obstacle(self):
        deep = "[" * 500 + "]" * 500
        self.assertEqual(elements(f"[{deep}]"), [deep])

    def test_numbers_stay_text(self):
        self.assertEqual(decoded("[1.0,1e400,9007199254740993,-0]"), ["1.0", "1e400", "9007199254740993", "-0"])


class Compacting(unittest.TestCase):
    def test_only_whitespace_outside_strings_goes(self):
        self.assertEqual(compact(' { "a b" : [ 1 ,\r\n\t"c \\" d" ] } '), '{"a b":[1,"c \\" d"]}')

    def test_nothing_else_changes(self):
        for raw in ('"\\\\"', '"\\u0020 "', '{"a":"\u00a0"}', "1.0", '"\u2028"'):
            self.assertEqual(compact(raw), raw)
