//! The dialect of RON that presets are written in.

/// How presets are read: optional values are written without `Some`.
pub(super) fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}
