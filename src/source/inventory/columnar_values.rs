//! Decoded columns of Parquet and ORC in the types of the canonical columns.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BinaryViewArray, Int64Array, TimestampMillisecondArray};
use arrow_schema::{DataType, TimeUnit};

use super::columns::{Column, Shape};
use crate::source::datafile::Stop;

/// A column as it is in a batch.
pub(super) fn canonical(column: Column, array: &ArrayRef) -> Result<ArrayRef, Stop> {
    let converted = match column.shape() {
        Shape::Key => array.as_binary_view_opt().map(|_| Arc::clone(array)),
        Shape::Flag => array.as_boolean_opt().map(|_| Arc::clone(array)),
        Shape::Integer => integers(array),
        Shape::Time => times(array),
        Shape::Text => array.as_string_view_opt().map(|_| Arc::clone(array)),
    };
    converted.ok_or_else(|| wrong(column))
}

/// A column of bytes.
pub(super) fn bytes(array: &ArrayRef) -> Result<&BinaryViewArray, Stop> {
    array.as_binary_view_opt().ok_or_else(|| Stop::Broken("the column `bucket` is not of its type".to_owned()))
}

/// A column whose type cannot be understood.
pub(super) fn wrong(column: Column) -> Stop {
    Stop::Broken(format!("the column `{}` is not of its type", column.name()))
}

fn integers(array: &ArrayRef) -> Option<ArrayRef> {
    Some(match array.data_type() {
        DataType::Int64 => Arc::clone(array),
        DataType::Int8 => Arc::new(array.as_primitive::<Int8Type>().unary::<_, Int64Type>(i64::from)),
        DataType::Int16 => Arc::new(array.as_primitive::<Int16Type>().unary::<_, Int64Type>(i64::from)),
        DataType::Int32 => Arc::new(array.as_primitive::<Int32Type>().unary::<_, Int64Type>(i64::from)),
        DataType::UInt32 => Arc::new(array.as_primitive::<UInt32Type>().unary::<_, Int64Type>(i64::from)),
        // What is too large becomes negative, and a negative size costs its row.
        DataType::UInt64 => {
            let size = |size| i64::try_from(size).unwrap_or(-1);
            Arc::new(array.as_primitive::<UInt64Type>().unary::<_, Int64Type>(size))
        }
        _ => return None,
    })
}

/// Timestamps of any unit, or the plain number of milliseconds; without a zone they mean UTC.
fn times(array: &ArrayRef) -> Option<ArrayRef> {
    let millis: TimestampMillisecondArray = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            array.as_primitive::<TimestampSecondType>().unary_opt(|time| time.checked_mul(1_000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => array.as_primitive::<TimestampMillisecondType>().clone(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().unary(|time| time.div_euclid(1_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            array.as_primitive::<TimestampNanosecondType>().unary(|time| time.div_euclid(1_000_000))
        }
        DataType::Int64 => {
            let millis: &Int64Array = array.as_primitive();
            millis.unary(|millis| millis)
        }
        _ => return None,
    };
    Some(Arc::new(millis.with_timezone("UTC")))
}
