"""Writes signatures.json: what botocore signs a table of requests with, at a fixed time. Run it by hand after a change of the table."""
import datetime
import json
import pathlib
import unittest.mock
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TIME = datetime.datetime(2026, 1, 31, 23, 59, 59)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REQUESTS = [
    {"method": "GET", "path": "/bucket/key.mana"},
    {"method": "HEAD", "path": "/bucket/key.mana"},
    {"method": "DELETE", "path": "/bucket/prefix/key.mana"},
    {"method": "PUT", "path": "/bucket/key.mana", "body": "Hello, artifact!"},
    {"method": "PUT", "path": "/bucket/key.mana", "body": ""},
    {"method": "GET", "path": "/bucket/key.mana", "headers": [["range", "bytes=0-99"]]},
    {"method": "GET", "path": "/bucket/a%20b%2Bc%C3%A4", "headers": [["x-amz-meta-a", "  two   spaces "]]},
    {"method": "POST", "path": "/bucket/key.mana", "query": [["uploads", ""]],
     "headers": [["content-type", "application/octet-stream"]]},
    {"method": "PUT", "path": "/bucket/key.mana", "query": [["partNumber", "7"], ["uploadId", "a+b/c=="]], "body": "part"},
    {"method": "POST", "path": "/bucket/key.mana", "query": [["uploadId", "id"]], "body": "<CompleteMultipartUpload/>"},
    {"method": "GET", "path": "/bucket", "query": [["list-type", "2"], ["prefix", "a/b c/"], ["continuation-token", "1=/+ä"]]},
    {"method": "GET", "path": "/bucket", "query": [["uploads", ""], ["prefix", ""]]},
    {"method": "GET", "path": "/", "host": "bucket.s3.eu-central-1.amazonaws.com"},
    {"method": "GET", "path": "/bucket/key", "region": "us-east-1", "host": "127.0.0.1:9000"},
    {"method": "PUT", "path": "/bucket/key", "token": "FwoGZXIvYXdzE+/==", "body": "x"},
]


def signed(request):
    host = request.setdefault("host", "s3.example.org")
    region = request.setdefault("region", "eu-central-1")
    query = "&".join(
        f"{urllib.parse.quote(name, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}"
        for name, value in request.get("query", []))
    url = f"https://{host}{request['path']}" + (f"?{query}" if query else "")
    message = AWSRequest(
        method=request["method"], url=url, headers=dict(request.get("headers", [])),
        data=request.get("body", "").encode())
    signer = botocore.auth.S3SigV4Auth(Credentials("AKIDEXAMPLE", SECRET, request.get("token")), "s3", region)
    signer.add_auth(message)
    return {**request, "authorization": message.headers["Authorization"], "hash": message.headers["X-Amz-Content-SHA256"]}


with unittest.mock.patch.object(botocore.auth, "get_current_datetime", lambda: TIME):
    table = [signed(request) for request in REQUESTS]
target = pathlib.Path(__file__).with_name("signatures.json")
target.write_text(json.dumps({"time": TIME.isoformat() + "Z", "requests": table}, indent=1) + "\n")
