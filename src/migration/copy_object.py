"""Copies the objects of a stocktake manifest to their new keys, for S3 Batch Operations (payload 1.0).

It never deletes, and never writes over an object that it cannot prove to be the same. What another writer puts at the
new key between the look and the copy stays where boto3 knows `If-None-Match` for copies: a current one does.
"""

import json
from urllib.parse import unquote_plus, urlencode

import boto3
from botocore.exceptions import ClientError

S3 = boto3.client("s3")
MOST_BY_COPY = 5 * 1024**3
PART = 512 * 1024**2
MOST_PARTS = 10_000
TEMPORARY = {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "RequestTimeTooSkewed",
             "ThrottlingException", "ConditionalRequestConflict", "503", "500"}
KEPT = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires",
        "Metadata", "WebsiteRedirectLocation")
CHECKSUMS = ("CRC64NVME", "CRC32", "CRC32C", "SHA1", "SHA256")


class Refused(Exception):
    """The object is not copied, and trying again will not help."""


def lambda_handler(event, context):
    results = []
    for task in event["tasks"]:
        try:
            code, text = "Succeeded", copy(task)
        except Refused as refused:
            code, text = "PermanentFailure", str(refused)
        except ClientError as error:
            name = error.response.get("Error", {}).get("Code", "")
            code, text = "TemporaryFailure" if name in TEMPORARY else "PermanentFailure", f"{name}: {error}"
        results.append({"taskId": task["taskId"], "resultCode": code, "resultString": text[:1000]})
    return {"invocationSchemaVersion": event["invocationSchemaVersion"], "treatMissingKeysAs": "PermanentFailure",
            "invocationId": event["invocationId"], "results": results}


def copy(task):
    bucket = task["s3BucketArn"].split(":::", 1)[1]
    try:
        keys = json.loads(unquote_plus(task["s3Key"], encoding="utf-8", errors="strict"))
        old, new = keys["origKey"], keys["newKey"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"the key field is not what stocktake writes: {error!r}")
    source = head(bucket, old)
    if source is None:
        raise Refused("the source is not there")
    there = head(bucket, new)
    if there is not None:
        if same(source, there):
            return "already there"
        raise Refused("the new key holds an object that is not proved to be the same")
    try:
        if source["ContentLength"] <= MOST_BY_COPY:
            copy_whole(bucket, old, new, source)
        else:
            copy_parts(bucket, old, new, source)
    except ClientError as error:
        # boto3 asks again where an answer was lost, and finds its own copy there
        if error.response.get("Error", {}).get("Code") != "PreconditionFailed":
            raise
        there = head(bucket, new)
        if there is None or not same(source, there):
            raise
    check(source, head(bucket, new))
    return "copied"


def head(bucket, key):
    try:
        return S3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
            return None
        raise


def checksum(found):
    """The algorithm of an object's checksum, and its value if it covers the whole object."""
    for name in CHECKSUMS:
        value = found.get("Checksum" + name)
        if value:
            return name, value if found.get("ChecksumType") == "FULL_OBJECT" else None
    return None, None


def same(source, there):
    if source["ContentLength"] != there["ContentLength"]:
        return False
    (old_name, old), (new_name, new) = checksum(source), checksum(there)
    if old and new and old_name == new_name:
        return old == new
    return source["ETag"] == there["ETag"]


def check(source, there):
    if there is None:
        raise Refused("the copy is not there")
    if there["ContentLength"] != source["ContentLength"]:
        raise Refused(f"the copy has {there['ContentLength']} bytes, the source {source['ContentLength']}")
    (old_name, old), (new_name, new) = checksum(source), checksum(there)
    if old and new and old_name == new_name and old != new:
        raise Refused(f"the {old_name} of the copy is {new}, of the source {old}")


def held(source):
    """What a copy does not keep unless it is told."""
    options = {"StorageClass": source.get("StorageClass", "STANDARD")}
    for name in ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"):
        if source.get(name) is not None:
            options[name] = source[name]
    name, _ = checksum(source)
    if name:
        options["ChecksumAlgorithm"] = name
    return options


def if_absent(operation, write, **options):
    """Writes only if nothing is there yet, where boto3 and the store know how."""
    if "IfNoneMatch" in S3.meta.service_model.operation_model(operation).input_shape.members:
        try:
            return write(IfNoneMatch="*", **options)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NotImplemented":
                raise
    return write(**options)


def copy_whole(bucket, old, new, source):
    if_absent("CopyObject", S3.copy_object, Bucket=bucket, Key=new, CopySource={"Bucket": bucket, "Key": old},
              CopySourceIfMatch=source["ETag"], MetadataDirective="COPY", TaggingDirective="COPY", **held(source))


def copy_parts(bucket, old, new, source):
    options = held(source)
    name, whole = checksum(source)
    if whole and name.startswith("CRC"):
        options["ChecksumType"] = "FULL_OBJECT"
    options.update({name: source[name] for name in KEPT if source.get(name)})
    tags = S3.get_object_tagging(Bucket=bucket, Key=old)["TagSet"]
    if tags:  # with the upload, not after it: a run that is cut short leaves no copy without its tags
        options["Tagging"] = urlencode([(tag["Key"], tag["Value"]) for tag in tags])
    size = source["ContentLength"]
    part = max(PART, -(-size // MOST_PARTS))
    upload = S3.create_multipart_upload(Bucket=bucket, Key=new, **options)["UploadId"]
    try:
        parts = []
        for number, start in enumerate(range(0, size, part), 1):
            end = min(start + part, size) - 1
            done = S3.upload_part_copy(
                Bucket=bucket, Key=new, UploadId=upload, PartNumber=number, CopySourceIfMatch=source["ETag"],
                CopySource={"Bucket": bucket, "Key": old}, CopySourceRange=f"bytes={start}-{end}")["CopyPartResult"]
            kept = {field: done[field] for field in done if field == "ETag" or field.startswith("Checksum")}
            parts.append({"PartNumber": number, **kept})
        if_absent("CompleteMultipartUpload", S3.complete_multipart_upload, Bucket=bucket, Key=new, UploadId=upload,
                  MultipartUpload={"Parts": parts})
    except Exception:
        try:
            S3.abort_multipart_upload(Bucket=bucket, Key=new, UploadId=upload)
        except ClientError:  # it is complete, or gone: what went wrong before matters more
            pass
        raise
