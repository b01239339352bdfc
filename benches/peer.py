#!/usr/bin/env python3
"""The audit's essential work in SQL, with DuckDB, in a process of its own: what a good engineer without stocktake would run.

It prints the answers as JSON, in the words of `expected.json`. One scan of the inventory, a join against the references
that records hold, one aggregation by folder; what remains is small. It does less than an audit: no checksums, no findings
written, no nearest keys, no workflows, no companions, no reports.
"""

import argparse
import glob
import json
import pathlib

import duckdb

BUCKET = "s3://manufacturing-line-1/"

CSV_COLUMNS = [
    ("bucket", "VARCHAR"),
    ("raw", "VARCHAR"),
    ("size", "BIGINT"),
    ("modified", "VARCHAR"),
    ("etag", "VARCHAR"),
    ("storage", "VARCHAR"),
    ("is_multipart", "VARCHAR"),
    ("encryption", "VARCHAR"),
    ("bucket_key", "VARCHAR"),
]

# Only attributes that are asked for are taken out of the JSON.
TABLES = {
    "training-jobs": """STRUCT(
        training_job_name STRUCT(S VARCHAR), artifact_s3 STRUCT(S VARCHAR), dataset_manifest_s3 STRUCT(S VARCHAR),
        compilation_jobs STRUCT(L STRUCT(M STRUCT(
            compilation_job_name STRUCT(S VARCHAR), target STRUCT(S VARCHAR), compiled_model_s3 STRUCT(S VARCHAR)))[]),
        packaged_components STRUCT(L STRUCT(M STRUCT(component_package_s3 STRUCT(S VARCHAR)))[]))""",
    "labeling-jobs": """STRUCT(
        job_id STRUCT(S VARCHAR), sagemaker_job_name STRUCT(S VARCHAR), manifest_s3_uri STRUCT(S VARCHAR),
        output_s3_uri STRUCT(S VARCHAR), output_manifest_s3_uri STRUCT(S VARCHAR),
        transformed_manifest_s3_uri STRUCT(S VARCHAR))""",
    "pre-labeled-datasets": "STRUCT(manifest_s3_uri STRUCT(S VARCHAR))",
    "models": "STRUCT(dataset_manifest_id STRUCT(S VARCHAR))",
}

REFERENCES = f"""
CREATE TEMP TABLE uris AS
SELECT uri, count(*) AS n FROM (
    SELECT unnest([Item.artifact_s3.S, Item.dataset_manifest_s3.S]) AS uri FROM training_jobs
    UNION ALL SELECT unnest(Item.compilation_jobs.L).M.compiled_model_s3.S FROM training_jobs
    UNION ALL SELECT unnest(Item.packaged_components.L).M.component_package_s3.S FROM training_jobs
    UNION ALL SELECT unnest([Item.manifest_s3_uri.S, Item.output_manifest_s3_uri.S, Item.transformed_manifest_s3_uri.S])
        FROM labeling_jobs
    UNION ALL SELECT Item.manifest_s3_uri.S FROM pre_labeled_datasets
    UNION ALL SELECT Item.dataset_manifest_id.S FROM models
) WHERE uri IS NOT NULL GROUP BY uri;

CREATE TEMP TABLE refs AS
SELECT uri[{len(BUCKET) + 1}:] AS named, n FROM uris WHERE starts_with(uri, '{BUCKET}');

CREATE TEMP TABLE prefixes AS
SELECT Item.output_s3_uri.S[{len(BUCKET) + 1}:] AS prefix, count(*) AS n FROM labeling_jobs GROUP BY 1;

-- Folders that a record owns, or in which it names something.
CREATE TEMP TABLE claims AS
SELECT DISTINCT folder FROM (
    SELECT 'models/training/' || Item.training_job_name.S || '/' AS folder FROM training_jobs
    UNION ALL SELECT 'models/compilation/' || job.compilation_job_name.S || '/' || job.target.S || '/'
        FROM (SELECT unnest(Item.compilation_jobs.L).M AS job FROM training_jobs)
    UNION ALL SELECT 'datasets/labeled/' || unnest([Item.job_id.S, Item.sagemaker_job_name.S]) || '/' FROM labeling_jobs
    UNION ALL SELECT regexp_extract(named, '^(models/training/[^/]*|deployments/[^/]*|datasets/labeled/[^/]*)/')
        FROM refs
);
"""

# The part of a key that is its folder, found by the cheapest test first. What has no further slash stays as it is.
FOLDER = """
CASE
    WHEN starts_with(key, 'datasets/raw/') THEN 'datasets/raw/'
    WHEN starts_with(key, 'models/training/') THEN
        CASE instr(key[17:], '/') WHEN 0 THEN key ELSE key[:16 + instr(key[17:], '/')] END
    WHEN starts_with(key, 'models/compilation/') THEN
        split_part(key, '/', 1) || '/compilation/' || split_part(key, '/', 3) || '/' || split_part(key, '/', 4) || '/'
    WHEN starts_with(key, 'deployments/') THEN
        CASE instr(key[13:], '/') WHEN 0 THEN key ELSE key[:12 + instr(key[13:], '/')] END
    WHEN starts_with(key, 'datasets/labeled/') THEN
        CASE instr(key[18:], '/') WHEN 0 THEN key ELSE key[:17 + instr(key[18:], '/')] END
    WHEN starts_with(key, 'datasets/manifests/') THEN 'datasets/manifests/'
    WHEN starts_with(key, 'datasets//training-output/') THEN 'datasets//training-output/'
    ELSE split_part(key, '/', 1) || '/'
END
"""

UNSAFE = r"""regexp_matches(key, '[\\{^}%`\]">\[~<#|\x00-\x1f\x7f]')"""
DENORMALISED = "nfc_normalize(key) <> key"

SCAN = """
CREATE TEMP TABLE folders AS
SELECT {folder} AS folder, count(*) AS objects, sum(size) AS bytes,
    count_if(contains(key, '//')) AS k101, count_if(contains(key, '/../') OR contains(key, '/./')) AS k102,
    count_if({unsafe}) AS k103, count_if({denormalised}) AS k105, count_if(size = 0) AS l208,
    count_if({late}) AS late, sum(n) AS resolved, sum(n) FILTER (storage = 'GLACIER') AS archived
FROM ({rows}) LEFT JOIN refs ON key = named
GROUP BY 1
"""

JUDGED = """
CREATE TEMP TABLE judged AS
SELECT folders.*, claims.folder IS NOT NULL AS claimed,
    CASE
        WHEN starts_with(f, 'models/training/') THEN CASE
            WHEN NOT suffix(f, '/') THEN 'L204'
            WHEN regexp_full_match(f[17:-2], '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}') THEN 'training'
            ELSE 'L203' END
        WHEN starts_with(f, 'models/compilation/') THEN 'compilation'
        WHEN starts_with(f, 'deployments/') THEN 'deployment'
        WHEN starts_with(f, 'datasets/labeled/') THEN 'labeled'
        WHEN starts_with(f, 'datasets/manifests/') THEN 'manifests'
        WHEN starts_with(f, 'datasets/raw/') THEN 'raw'
        WHEN starts_with(f, 'datasets//') THEN 'L202'
        WHEN f = 'model/' THEN 'L205'
        WHEN starts_with(f, 'line-') THEN f[:-2]
        ELSE 'L201'
    END AS area
FROM (SELECT *, folder AS f FROM folders) AS folders LEFT JOIN claims ON folders.folder = claims.folder
"""

ANSWER = """
SELECT area, sum(objects), sum(bytes), sum(k101), sum(k102), sum(k103), sum(k105), sum(l208), sum(late),
    sum(resolved), sum(archived), sum(objects) FILTER (orphaned), sum(bytes) FILTER (orphaned)
FROM (SELECT *, NOT claimed AND area IN ('training', 'compilation', 'deployment', 'labeled') AS orphaned FROM judged)
GROUP BY area
"""


def rows(format_, parts):
    """The inventory's rows. A key of a CSV is decoded only where it has to be."""
    if format_ == "parquet":
        return f"SELECT key, size, storage_class AS storage, last_modified_date AS modified FROM read_parquet({parts})"
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in CSV_COLUMNS)
    return f"""
        SELECT CASE WHEN contains(raw, '%') OR contains(raw, '+') THEN url_decode(replace(raw, '+', ' ')) ELSE raw END
            AS key, raw, size, storage, modified
        FROM read_csv({parts}, columns={{{columns}}}, header=false, delim=',', quote='"', escape='"',
            auto_detect=false)"""




def answer(world, threads):
    con = duckdb.connect()
    con.execute(f"SET threads={threads}; SET preserve_insertion_order=false;")
    for summary in glob.glob(f"{world}/exports/AWSDynamoDB/*/manifest-summary.json"):
        table = json.loads(pathlib.Path(summary).read_text())["tableArn"].split("/dda-portal-")[1]
        if table in TABLES:
            files = glob.glob(f"{pathlib.Path(summary).parent}/data/*.json.gz")
            con.execute(
                f"CREATE TEMP TABLE {table.replace('-', '_')} AS SELECT * FROM read_json({files}, "
                f"format='newline_delimited', columns={{'Item': '{' '.join(TABLES[table].split())}'}})"
            )
    con.execute(REFERENCES)
    parts = sorted(glob.glob(f"{world}/inventory/*/*/data/*"))
    format_ = "parquet" if parts[0].endswith(".parquet") else "csv"
    # In the encoded form of CSV only a key with a `%` can be unsafe or denormalised.
    coded = "contains(raw, '%') AND " if format_ == "csv" else ""
    cut_over = "'2026-11-12'" if format_ == "csv" else "TIMESTAMPTZ '2026-11-12 00:00:00Z'"
    scan = SCAN.format(
        folder=FOLDER,
        unsafe=coded + UNSAFE,
        denormalised=coded + DENORMALISED,
        late=f"modified >= {cut_over}",
        rows=rows(format_, parts),
    )
    con.execute(scan)
    con.execute(JUDGED)
    return judge(con)


def judge(con):
    """The answers in the words of `expected.json`, as far as they go."""
    result = {"objects": 0, "bytes": 0, "areas": {}, "findings": {}, "outcomes": {}}
    findings = dict.fromkeys(["K101", "K102", "K103", "K105", "L208", "L209", "R302"], 0)
    resolved = archived = orphan_bytes = 0
    for area, objects, bytes_, k101, k102, k103, k105, l208, late, n, cold, orphans, lost in con.execute(ANSWER).fetchall():
        result["objects"] += objects
        result["bytes"] += int(bytes_)
        if area.startswith("L2"):
            findings[area] = objects
            if area == "L202":
                findings["L209"] += int(late)
            continue
        result["areas"][area] = {"objects": int(objects), "bytes": int(bytes_)}
        for rule, count in (("K101", k101), ("K102", k102), ("K103", k103), ("K105", k105), ("L208", l208)):
            findings[rule] += int(count)
        findings["R302"] += int(orphans or 0)
        orphan_bytes += int(lost or 0)
        resolved += int(n or 0)
        archived += int(cold or 0)
    prefixes, reached = con.execute(
        """SELECT sum(n), sum(n) FILTER (prefix IN (SELECT folder FROM folders) OR prefix = 'datasets/labeled/')
        FROM prefixes"""
    ).fetchone()
    inside, legacy = con.execute(
        "SELECT sum(n), sum(n) FILTER (starts_with(named, 'datasets//training-output/')) FROM refs"
    ).fetchone()
    malformed, outside = con.execute(
        f"""SELECT sum(n) FILTER (NOT starts_with(uri, 's3://')),
            sum(n) FILTER (starts_with(uri, 's3://') AND NOT starts_with(uri, '{BUCKET}')) FROM uris"""
    ).fetchone()
    legacy = int(legacy or 0)
    outcomes = {
        "archived": archived,
        "dangling": int(inside) - resolved - legacy + int(prefixes) - int(reached),
        "legacy": legacy,
        "malformed": int(malformed or 0),
        "outside": int(outside or 0),
        # One reference of `usecases` names the bucket.
        "resolved": resolved - archived + int(reached) + 1,
    }
    result["outcomes"] = {name: count for name, count in outcomes.items() if count}
    findings["R301"] = outcomes["dangling"]
    result["findings"] = {rule: count for rule, count in findings.items() if count}
    result["orphans"] = {"objects": findings["R302"], "bytes": orphan_bytes}
    return result


def main():
    parser = argparse.ArgumentParser(description="Audits a generated world with DuckDB.")
    parser.add_argument("world", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    print(json.dumps(answer(options.world, options.threads), indent=2, sort_keys=True))


if __name__ == "__main__":
    main()
