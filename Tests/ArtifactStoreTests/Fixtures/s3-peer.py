"""A server of S3 (moto) on a free port of this machine, and a client of it (boto3) that says what it finds there.

Prints {"port": N}, then answers each line of JSON on stdin by one line. Ends when stdin does.
"""
import hashlib
import json
import sys

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

BUCKET = "backups"

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
client = boto3.client(
    "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="eu-central-1", aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", config=Config(s3={"addressing_style": "path"}))
client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def read(key):
    found = client.get_object(Bucket=BUCKET, Key=key)
    body = found["Body"].read()
    return {"size": len(body), "sha256": hashlib.sha256(body).hexdigest(), "etag": found["ETag"]}


def write(key, size):
    client.put_object(Bucket=BUCKET, Key=key, Body=bytes(index % 251 for index in range(size)))
    return {}


def keys(prefix):
    return {"keys": [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]}


def uploads(prefix):
    found = client.list_multipart_uploads(Bucket=BUCKET, Prefix=prefix)
    return {"keys": [item["Key"] for item in found.get("Uploads", [])]}


def begin(key):
    client.create_multipart_upload(Bucket=BUCKET, Key=key)
    return {}


print(json.dumps({"port": port}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    operation = {"read": read, "write": write, "keys": keys, "uploads": uploads, "begin": begin}[question.pop("do")]
    print(json.dumps(operation(**question)), flush=True)
server.stop()
