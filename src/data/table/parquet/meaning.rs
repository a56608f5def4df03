//! What the values of a column in Parquet mean, and how they are written as the cells of a table.

use std::fmt::{Display, Write};

use chrono::{DateTime, NaiveTime};
use half::f16;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::schema::types::ColumnDescPtr;

use crate::data::table::dates::written;
use crate::data::table::durations;

/// What values mean beyond their physical type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Numbers with a sign, or texts.
    Plain,
    /// Whole numbers without a sign.
    Unsigned,
    /// Whole numbers, of which so many digits are a fraction.
    Decimal(usize),
    /// Days since the beginning of 1970.
    Days,
    /// Moments: so many units a second since the beginning of 1970.
    Moments(i64),
    /// Times of day: so many units a second since midnight.
    Times(i64),
    /// Durations: so many units a second.
    Durations(i64),
    /// Half-precision numbers.
    Half,
    /// Bytes that are no text.
    Bytes,
}

/// The meaning of a column whose numbers pandas knows as durations of this type, `timedelta64[ns]`.
pub(super) fn of_timedelta(numpy_type: &str) -> Option<Meaning> {
    let unit = numpy_type.strip_prefix("timedelta64[")?.strip_suffix(']')?;
    let units = match unit {
        "s" => 1,
        "ms" => MILLIS,
        "us" => MICROS,
        "ns" => NANOS,
        _ => return None,
    };
    Some(Meaning::Durations(units))
}

const MILLIS: i64 = 1000;
const MICROS: i64 = 1_000_000;
const NANOS: i64 = 1_000_000_000;

impl Meaning {
    /// The meaning of a column's values, by its logical type, which newer files have, or the converted type of older ones.
    pub fn of(column: &ColumnDescPtr) -> Self {
        let units = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => MILLIS,
            TimeUnit::MICROS => MICROS,
            TimeUnit::NANOS => NANOS,
        };
        match column.logical_type_ref() {
            Some(LogicalType::Decimal(decimal)) => {
                return Meaning::Decimal(usize::try_from(decimal.scale).unwrap_or_default());
            }
            Some(LogicalType::Date) => return Meaning::Days,
            Some(LogicalType::Timestamp(stamp)) => return Meaning::Moments(units(&stamp.unit)),
            Some(LogicalType::Time(time)) => return Meaning::Times(units(&time.unit)),
            Some(LogicalType::Integer(whole)) if !whole.is_signed => return Meaning::Unsigned,
            Some(LogicalType::Float16) => return Meaning::Half,
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => return Meaning::Plain,
            // The converted type and the physical one say the rest.
            _ => {}
        }
        match (column.converted_type(), column.physical_type()) {
            (ConvertedType::DECIMAL, _) => {
                Meaning::Decimal(usize::try_from(column.type_scale()).unwrap_or_default())
            }
            (ConvertedType::DATE, _) => Meaning::Days,
            (ConvertedType::TIME_MILLIS, _) => Meaning::Times(MILLIS),
            (ConvertedType::TIME_MICROS, _) => Meaning::Times(MICROS),
            (ConvertedType::TIMESTAMP_MILLIS, _) => Meaning::Moments(MILLIS),
            (ConvertedType::TIMESTAMP_MICROS, _) => Meaning::Moments(MICROS),
            (
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64,
                _,
            ) => Meaning::Unsigned,
            (_, Type::FIXED_LEN_BYTE_ARRAY) => Meaning::Bytes,
            _ => Meaning::Plain,
        }
    }

    pub fn push_i32(self, value: i32, out: &mut String) {
        match self {
            Meaning::Unsigned => push(value.cast_unsigned(), out),
            _ => self.push_i64(i64::from(value), out),
        }
    }

    pub fn push_i64(self, value: i64, out: &mut String) {
        match self {
            Meaning::Unsigned => push(value.cast_unsigned(), out),
            Meaning::Decimal(scale) => push_decimal(i128::from(value), scale, out),
            Meaning::Days => Self::push_moment(value.saturating_mul(86_400), 1, out),
            Meaning::Moments(units) => Self::push_moment(value, units, out),
            Meaning::Times(units) => Self::push_time(value, units, out),
            Meaning::Durations(units) => {
                out.push_str(&durations::written(i128::from(value) * i128::from(NANOS / units)));
            }
            Meaning::Plain | Meaning::Half | Meaning::Bytes => push(value, out),
        }
    }

    /// A number as briefly as it can be read again; not a number is a missing one, as pandas writes it.
    pub fn push_number(value: impl Display, is_nan: bool, out: &mut String) {
        if !is_nan {
            push(value, out);
        }
    }

    /// A moment, `units` of which are a second; without its time where that is midnight.
    pub fn push_moment(value: i64, units: i64, out: &mut String) {
        let (seconds, rest) = (value.div_euclid(units), value.rem_euclid(units));
        let nanos = u32::try_from(rest * (NANOS / units)).unwrap_or_default();
        match DateTime::from_timestamp(seconds, nanos) {
            Some(moment) if seconds % 86_400 == 0 && nanos == 0 => push(moment.format("%Y-%m-%d"), out),
            Some(moment) => push(moment.format("%Y-%m-%d %H:%M:%S%.f"), out),
            // Further away than any calendar goes.
            None => push(value, out),
        }
    }

    /// A time of day, `units` of which are a second.
    fn push_time(value: i64, units: i64, out: &mut String) {
        let (seconds, rest) = (value.div_euclid(units), value.rem_euclid(units));
        let nanos = u32::try_from(rest * (NANOS / units)).unwrap_or_default();
        let seconds = u32::try_from(seconds).ok();
        match seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)) {
            Some(time) => out.push_str(&written(time)),
            // More than a day.
            None => push(value, out),
        }
    }

    pub fn push_bytes(self, bytes: &[u8], out: &mut String) {
        match (self, std::str::from_utf8(bytes)) {
            (Meaning::Decimal(scale), _) => match whole(bytes) {
                Some(value) => push_decimal(value, scale, out),
                None => out.push_str(BYTES),
            },
            (Meaning::Half, _) if bytes.len() == 2 => {
                let value = f16::from_le_bytes([bytes[0], bytes[1]]);
                Self::push_number(value, value.is_nan(), out);
            }
            (Meaning::Plain, Ok(text)) => out.push_str(text.trim()),
            _ => out.push_str(BYTES),
        }
    }
}

/// The cell of bytes that are no text.
const BYTES: &str = "(bytes)";

fn push(value: impl Display, out: &mut String) {
    // Writing to a text does not fail.
    let _ = write!(out, "{value}");
}

/// A whole number whose bytes come from the most significant on, with two's complement for a sign; `None` for one that is
/// longer than 16 bytes.
fn whole(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { -1 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(sign, |value: i128, &byte| value << 8 | i128::from(byte)))
}

/// A whole number of which the last `scale` digits are a fraction.
fn push_decimal(value: i128, scale: usize, out: &mut String) {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (before, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    push(format_args!("{sign}{before}{point}{fraction}"), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(push: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        push(&mut out);
        out
    }

    #[test]
    fn values_are_written_as_what_they_mean() {
        let i64s = |meaning: Meaning, value| written(|out| meaning.push_i64(value, out));
        assert_eq!(i64s(Meaning::Decimal(2), -5), "-0.05");
        assert_eq!(i64s(Meaning::Decimal(0), 12), "12");
        assert_eq!(i64s(Meaning::Unsigned, -1), u64::MAX.to_string());
        assert_eq!(written(|out| Meaning::Unsigned.push_i32(-1, out)), u32::MAX.to_string());
        assert_eq!(i64s(Meaning::Days, -1), "1969-12-31");
        assert_eq!(i64s(Meaning::Moments(MILLIS), 1500), "1970-01-01 00:00:01.500");
        assert_eq!(i64s(Meaning::Moments(NANOS), -1), "1969-12-31 23:59:59.999999999");
        assert_eq!(i64s(Meaning::Moments(MICROS), 86_400_000_000), "1970-01-02");
        assert_eq!(i64s(Meaning::Times(MICROS), 49_510_000_000), "13:45:10");
        assert_eq!(i64s(Meaning::Times(NANOS), 49_510_250_000_000), "13:45:10.250");
        assert_eq!(written(|out| Meaning::Times(MILLIS).push_i32(1, out)), "00:00:00.001");
        assert_eq!(i64s(Meaning::Times(MICROS), 86_400_000_000), "86400000000");
        assert_eq!(i64s(Meaning::Days, i64::MAX), i64::MAX.saturating_mul(86_400).to_string());
        let bytes = |meaning: Meaning, bytes: &[u8]| written(|out| meaning.push_bytes(bytes, out));
        assert_eq!(bytes(Meaning::Decimal(1), &[0xff, 0x85]), "-12.3");
        assert_eq!(bytes(Meaning::Decimal(1), &[1; 17]), "(bytes)");
        assert_eq!(bytes(Meaning::Half, &f16::from_f32(0.5).to_le_bytes()), "0.5");
        assert_eq!(
            (bytes(Meaning::Plain, " a ".as_bytes()), bytes(Meaning::Plain, &[0xff])),
            ("a".into(), "(bytes)".into())
        );
        assert_eq!(written(|out| Meaning::push_number(f64::NAN, true, out)), "");
        assert_eq!(written(|out| Meaning::push_number(0.1_f32, false, out)), "0.1");
    }
}
