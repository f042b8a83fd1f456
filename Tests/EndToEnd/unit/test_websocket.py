import io
import struct
import unittest

from household.client import NoAnswer
from household.mismatch import Mismatch
from household.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, accept_key, frame, read_close, read_frame

MASK = b"\x01\x02\x03\x04"


def exactly(data):
    source = io.BytesIO(data)

    def read(count):
        found = source.read(count)
        if len(found) < count:
            raise NoAnswer("the end")
        return found

    return read


class Frames(unittest.TestCase):
    def test_what_is_written_is_read(self):
        for length in (0, 1, 2, 3, 4, 5, 125, 126, 127, 65535, 65536, 70001):
            for mask in (None, MASK):
                for opcode, final in ((TEXT, True), (BINARY, False), (CONTINUATION, True)):
                    payload = bytes(number % 251 for number in range(length))
                    with self.subTest(length=length, mask=mask, opcode=opcode):
                        data = frame(opcode, payload, mask, final)
                        self.assertEqual(read_frame(exactly(data), mask is not None), (opcode, final, payload))

    def test_the_examples_of_section_5_7(self):
        self.assertEqual(frame(TEXT, b"Hello"), bytes.fromhex("810548656c6c6f"))
        masked = bytes.fromhex("818537fa213d7f9f4d5158")
        self.assertEqual(frame(TEXT, b"Hello", bytes.fromhex("37fa213d")), masked)
        self.assertEqual(read_frame(exactly(masked), masked=True), (TEXT, True, b"Hello"))
        self.assertEqual(frame(TEXT, b"Hel", final=False) + frame(CONTINUATION, b"lo"), bytes.fromhex("010348656c80026c6f"))

    def test_a_long_payload_is_masked_byte_by_byte(self):
        payload = bytes(range(256)) * 5 + b"xyz"
        expected = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))
        self.assertTrue(frame(BINARY, payload, MASK).endswith(expected))

    def test_the_key_of_section_1_3(self):
        self.assertEqual(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")

    def test_what_a_server_must_not_send(self):
        for name, data in {
            "a mask": frame(TEXT, b"a", MASK),
            "rsv1": b"\xc1\x00",
            "rsv3": b"\x91\x00",
            "a reserved opcode": b"\x83\x00",
            "a reserved control opcode": b"\x8b\x00",
            "a fragmented ping": frame(PING, final=False),
            "a long pong": frame(PONG, b"x" * 126),
            "16 bits for 125": b"\x81\x7e\x00\x7d" + b"x" * 125,
            "64 bits for 65535": b"\x81\x7f" + struct.pack("!Q", 65535) + b"x" * 65535,
            "a length of 64 bits": b"\x81\x7f" + b"\xff" * 8,
        }.items():
            with self.subTest(name), self.assertRaises(Mismatch):
                read_frame(exactly(data), masked=False)

    def test_a_cut_frame_is_no_fault_but_an_end(self):
        whole = frame(TEXT, b"x" * 300)
        for length in (0, 1, 3, 4, 299):
            with self.subTest(length), self.assertRaises(NoAnswer):
                read_frame(exactly(whole[:length]), masked=False)


class Closing(unittest.TestCase):
    def test_code_and_reason(self):
        self.assertEqual(read_close(b""), (None, ""))
        self.assertEqual(read_close(struct.pack("!H", 1001)), (1001, ""))
        self.assertEqual(read_close(struct.pack("!H", 4999) + "é".encode()), (4999, "é"))

    def test_codes_that_must_not_be_sent(self):
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535):
            with self.subTest(code), self.assertRaises(Mismatch):
                read_close(struct.pack("!H", code))
        for payload in (b"\x03", struct.pack("!H", 1000) + b"\xff"):
            with self.subTest(payload), self.assertRaises(Mismatch):
                read_close(payload)

    def test_a_close_frame_is_a_control_frame(self):
        self.assertEqual(read_frame(exactly(frame(CLOSE, b"\x03\xe8")), masked=False), (CLOSE, True, b"\x03\xe8"))
