//! How a number is written in bytes.

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    F32,
    F64,
    /// True and false, a byte each.
    Bool,
    /// A letter of a text of fixed length, a byte each: filled up with zeros.
    Letter,
    /// A letter of four bytes, likewise.
    WideLetter,
}

impl Kind {
    /// Whether it is a letter of a text.
    pub fn is_letter(self) -> bool {
        matches!(self, Kind::Letter | Kind::WideLetter)
    }

    /// What NumPy calls it.
    pub fn dtype(self) -> &'static str {
        match self {
            Kind::U8 => "uint8",
            Kind::I8 => "int8",
            Kind::U16 => "uint16",
            Kind::I16 => "int16",
            Kind::U32 => "uint32",
            Kind::I32 => "int32",
            Kind::U64 => "uint64",
            Kind::I64 => "int64",
            Kind::F16 => "float16",
            Kind::F32 => "float32",
            Kind::F64 => "float64",
            Kind::Bool => "bool",
            Kind::Letter => "bytes",
            Kind::WideLetter => "str",
        }
    }
}

/// A kind of number and the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The kind.
    pub kind: Kind,
    /// The most significant byte comes first.
    pub is_big_endian: bool,
}

impl Number {
    /// Bytes of one.
    pub fn size(self) -> usize {
        match self.kind {
            Kind::U8 | Kind::I8 | Kind::Bool | Kind::Letter => 1,
            Kind::U16 | Kind::I16 | Kind::F16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 | Kind::WideLetter => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    /// Whether it may have a fraction, or be none at all.
    pub fn is_float(self) -> bool {
        matches!(self.kind, Kind::F16 | Kind::F32 | Kind::F64)
    }

    /// One number from its bytes.
    pub fn decode(self, bytes: &[u8]) -> f64 {
        let mut all = [0; 8];
        let count = bytes.len().min(8);
        for (place, &byte) in bytes.iter().take(8).enumerate() {
            all[if self.is_big_endian { count - 1 - place } else { place }] = byte;
        }
        let whole = u64::from_le_bytes(all);
        match self.kind {
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => whole as f64,
            Kind::Bool => f64::from(u8::from(whole != 0)),
            Kind::Letter | Kind::WideLetter => whole as f64,
            Kind::I8 => f64::from(whole as u8 as i8),
            Kind::I16 => f64::from(whole as u16 as i16),
            Kind::I32 => f64::from(whole as u32 as i32),
            Kind::I64 => whole as i64 as f64,
            Kind::F16 => half::f16::from_bits(whole as u16).to_f64(),
            Kind::F32 => f64::from(f32::from_bits(whole as u32)),
            Kind::F64 => f64::from_bits(whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_both_orders_of_bytes() {
        let decode = |kind, is_big_endian, bytes: &[u8]| Number { kind, is_big_endian }.decode(bytes);
        assert_eq!(decode(Kind::I16, true, &[0xff, 0xfe]), -2.0);
        assert_eq!(decode(Kind::I16, false, &[0xfe, 0xff]), -2.0);
        assert_eq!(decode(Kind::U8, false, &[200]), 200.0);
        assert_eq!(decode(Kind::F32, true, &1.5_f32.to_be_bytes()), 1.5);
        assert_eq!(decode(Kind::F64, false, &(-0.1_f64).to_le_bytes()), -0.1);
        // Half precision: the largest number, the smallest one, a third (IEEE 754-2008).
        assert_eq!(decode(Kind::F16, false, &[0xff, 0x7b]), 65504.0);
        assert_eq!(decode(Kind::F16, true, &[0x80, 0x01]), -(2_f64.powi(-24)));
        assert_eq!(decode(Kind::F16, true, &[0x35, 0x55]), 0.333251953125);
        assert_eq!(decode(Kind::I64, false, &(-7_i64).to_le_bytes()), -7.0);
    }
}
