"""Runs the handler on manifest fields (stdin) against a bucket held in memory; any call it does not know is an error."""

import json
import sys
import types


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


given = json.load(sys.stdin)
objects, calls, uploads, late = given["objects"], [], {}, given["late"]
KEPT = ("StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "Metadata")


def refuse_if_there(key, options):
    if given["knows_if_none_match"]:
        assert options.pop("IfNoneMatch") == "*"
        if key in objects:
            raise ClientError("PreconditionFailed")
    assert "IfNoneMatch" not in options


class Client:
    @property
    def meta(self):
        members = ["IfNoneMatch"] if given["knows_if_none_match"] else []
        shape = types.SimpleNamespace(input_shape=types.SimpleNamespace(members=members))
        return types.SimpleNamespace(service_model=types.SimpleNamespace(operation_model=lambda name: shape))

    def head_object(self, Bucket, Key, ChecksumMode):
        assert Bucket == given["bucket"] and ChecksumMode == "ENABLED"
        if Key not in objects:
            if Key in late:  # another writer comes right behind the look
                objects[Key] = late.pop(Key)
            raise ClientError("404")
        return dict(objects[Key])

    def copy_object(self, Bucket, Key, CopySource, CopySourceIfMatch, MetadataDirective, TaggingDirective, **options):
        calls.append("copy_object")
        refuse_if_there(Key, options)
        source = objects[CopySource["Key"]]
        assert source["ETag"] == CopySourceIfMatch and source["ContentLength"] <= 5368709120
        assert (MetadataDirective, TaggingDirective, CopySource["Bucket"]) == ("COPY", "COPY", Bucket)
        assert options["ChecksumAlgorithm"] == "CRC32"
        plain = {name: value for name, value in source.items() if name not in KEPT or name == "Metadata"}
        objects[Key] = {**plain, **{name: value for name, value in options.items() if name in KEPT}}

    def get_object_tagging(self, Bucket, Key):
        return {"TagSet": [{"Key": "line of", "Value": "1&2"}]}

    def create_multipart_upload(self, Bucket, Key, **options):
        assert options["ChecksumType"] == "FULL_OBJECT" and options["Tagging"] == "line+of=1%262"
        calls.append("create_multipart_upload")
        uploads[Key] = {"options": options, "parts": []}
        return {"UploadId": Key}

    def upload_part_copy(self, Bucket, Key, UploadId, PartNumber, CopySource, CopySourceIfMatch, CopySourceRange):
        calls.append("upload_part_copy")
        start, end = map(int, CopySourceRange.removeprefix("bytes=").split("-"))
        source = objects[CopySource["Key"]]
        assert source["ETag"] == CopySourceIfMatch and end < source["ContentLength"]
        parts = uploads[UploadId]["parts"]
        assert PartNumber == len(parts) + 1 and start == sum(parts)
        parts.append(end - start + 1)
        return {"CopyPartResult": {"ETag": str(PartNumber), "ChecksumCRC32": "AAAA=="}}

    def complete_multipart_upload(self, Bucket, Key, UploadId, MultipartUpload, **options):
        refuse_if_there(Key, options)
        upload = uploads.pop(UploadId)
        assert [part["PartNumber"] for part in MultipartUpload["Parts"]] == list(range(1, len(upload["parts"]) + 1))
        held = {name: value for name, value in upload["options"].items() if name in KEPT}
        objects[Key] = {"ContentLength": sum(upload["parts"]), "ETag": '"n-2"', **held}

    def abort_multipart_upload(self, Bucket, Key, UploadId):
        calls.append("abort_multipart_upload")


boto3, botocore = types.ModuleType("boto3"), types.ModuleType("botocore")
exceptions = types.ModuleType("botocore.exceptions")
boto3.client, exceptions.ClientError = (lambda name: Client()), ClientError
sys.modules.update({"boto3": boto3, "botocore": botocore, "botocore.exceptions": exceptions})

from copy_object import lambda_handler  # noqa: E402

results = []
for number, field in enumerate(given["fields"]):
    task = {"taskId": str(number), "s3Key": field, "s3VersionId": None, "s3BucketArn": "arn:aws:s3:::" + given["bucket"]}
    event = {"invocationSchemaVersion": "1.0", "invocationId": "i", "tasks": [task]}
    results += lambda_handler(event, None)["results"]
json.dump({"results": results, "objects": objects, "calls": calls}, sys.stdout)
