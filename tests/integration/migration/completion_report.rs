//! Completion reports in both column orders, with the fields that manifests hold.

use stocktake::migration::completion_report::parse_line;

use super::lambda::{hostile, manifests};

#[test]
fn the_keys_of_a_manifest_come_back_in_both_column_orders() {
    let moves = hostile();
    for (row, (old, new)) in manifests(&moves, 1_000_000).0[0].lines().zip(&moves) {
        for rest in ["failed,500,LambdaError,said \"no, never", "failed,LambdaError,500,said \"no, never"] {
            let task = parse_line(&format!("{row},,{rest}\r\n")).unwrap();
            assert_eq!((&task.old_key, &task.new_key, task.bucket.as_str()), (old, new, "line-1"));
            assert_eq!((task.succeeded, task.http_status, task.error_code.as_str()), (false, Some(500), "LambdaError"));
            assert_eq!(task.message, "said \"no, never");
        }
        for rest in ["succeeded,200,,copied", "succeeded,,200,copied"] {
            let task = parse_line(&format!("{row},,{rest}")).unwrap();
            assert_eq!((task.succeeded, task.http_status, task.error_code.as_str()), (true, Some(200), ""));
        }
    }
}

#[test]
fn a_line_that_is_no_task_is_refused_with_its_reason() {
    for (line, reason) in [
        ("", "it has no key"),
        ("line-1,a,,succeeded,200", "it has no error code"),
        ("line-1,a,,maybe,200,,", "its task status is `maybe`, neither `succeeded` nor `failed`"),
        ("line-1,%FF,,succeeded,200,,", "its key is not URL-encoded UTF-8"),
    ] {
        assert_eq!(parse_line(line).unwrap_err(), reason);
    }
    assert!(parse_line("line-1,plain/key,,succeeded,200,,").unwrap_err().starts_with("its key names no old"));
}
