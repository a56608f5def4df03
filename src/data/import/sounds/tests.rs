use std::collections::BTreeMap;
use std::f32::consts::PI;
use std::path::PathBuf;

use hound::SampleFormat;
use proptest::prelude::*;

use super::super::budget::Budget;
use super::*;

/// A file's samples by libsndfile: `tests/reference/soundfile_sounds.py`.
#[derive(serde::Deserialize)]
struct Expected {
    samples: usize,
    channels: usize,
    every_40th: Vec<f32>,
    tolerance: f32,
}

fn expected() -> BTreeMap<String, Expected> {
    serde_json::from_str(include_str!("../../../../tests/reference/soundfile_sounds.json")).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/sounds").join(name)
}

#[test]
fn every_kind_of_sound_has_the_samples_that_libsndfile_reads() {
    for (name, expected) in expected() {
        let sound = read(&fixture(&name), 8000, &Limits::of_machine()).unwrap();
        assert_eq!((sound.samples.len(), sound.channels), (expected.samples, expected.channels), "{name}");
        assert_eq!(sound.rate, 8000, "{name}");
        for (seen, wanted) in sound.samples.iter().step_by(40).zip(&expected.every_40th) {
            assert!((seen - wanted).abs() <= expected.tolerance, "{name}: {seen} {wanted}");
        }
    }
}

#[test]
fn every_kind_of_sound_is_told_by_its_first_bytes_and_a_text_is_none() {
    for name in expected().keys() {
        let start = std::fs::read(fixture(name)).unwrap();
        assert!(is_sound(&start[..32]), "{name}");
    }
    for text in [&b"ID3,fLaC\n1,2\n"[..], b"OggS", b"RIFF", b"\xff\xfea\0", b"\xff\xd8\xff\xe0", b""] {
        assert!(!is_sound(text), "{text:?}");
    }
}

#[test]
fn a_sound_that_is_cut_short_is_refused_unless_nobody_could_know_its_length() {
    let folder = tempfile::tempdir().unwrap();
    for name in expected().into_keys() {
        let bytes = std::fs::read(fixture(&name)).unwrap();
        let file = folder.path().join(&name);
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let cut = read(&file, 8000, &Limits::of_machine());
        // A pipe's sound ends where the file ends. So do the frames of an MP3, and an Ogg file's last page tells its length.
        let is_open = ["ffmpeg_pipe.wav", "sox_pipe.wav", "zero_sizes.wav", "layer_3.mp3", "vorbis.ogg"];
        if !is_open.contains(&&name[..]) {
            assert!(cut.is_err(), "{name}");
        }
    }
}

fn tone(file: &Path, rate: u32, bits: u16, format: SampleFormat) {
    let spec =
        hound::WavSpec { channels: 2, sample_rate: rate, bits_per_sample: bits, sample_format: format };
    let mut writer = hound::WavWriter::create(file, spec).unwrap();
    for n in 0..rate / 4 {
        let x = 0.5 * (2.0 * PI * 440.0 * n as f32 / rate as f32).sin();
        for _ in 0..2 {
            match format {
                SampleFormat::Float => writer.write_sample(x).unwrap(),
                SampleFormat::Int => {
                    writer.write_sample((x * 2_f32.powi(i32::from(bits) - 1)) as i32).unwrap()
                }
            }
        }
    }
    writer.finalize().unwrap();
}

#[test]
fn a_tone_is_the_same_tone_at_another_rate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.wav");
    for (rate, bits, format) in
        [(8000, 16, SampleFormat::Int), (22_050, 8, SampleFormat::Int), (44_100, 32, SampleFormat::Float)]
    {
        tone(&file, rate, bits, format);
        let sound = read(&file, 8000, &Limits::of_machine()).unwrap();
        assert_eq!((sound.rate, sound.channels), (rate, 2));
        assert!((1999..=2000).contains(&sound.samples.len()));
        // Away from the ends, where the filter reaches beyond the sound.
        for (n, x) in sound.samples.iter().enumerate().skip(100).take(1800) {
            let expected = 0.5 * (2.0 * PI * 440.0 * n as f32 / 8000.0).sin();
            assert!((x - expected).abs() < 0.02, "{rate} {n}: {x} {expected}");
        }
    }
}

#[test]
fn what_is_no_sound_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for bytes in [&b"RIFF....WAVE"[..], b"fLaC\0\0\0\x22", b"no sound"] {
        std::fs::write(file.path(), bytes).unwrap();
        let refused = read(file.path(), 8000, &Limits::of_machine()).unwrap_err().to_string();
        assert!(refused.contains("it does not decode"), "{refused}");
    }
}

#[test]
fn a_sound_of_more_channels_than_can_be_is_refused() {
    let mut bytes = std::fs::read(fixture("pcm_16.wav")).unwrap();
    bytes[22..24].copy_from_slice(&u16::MAX.to_le_bytes());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let refused = read(file.path(), 8000, &Limits::of_machine()).unwrap_err().to_string();
    assert!(refused.ends_with("it does not decode: 65535 channels cannot be"), "{refused}");
}

#[test]
fn a_sound_that_resampling_would_make_huge_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.wav");
    tone(&file, 1000, 16, SampleFormat::Int);
    let refused = read(&file, 1_000_000_000, &Limits::of_machine()).unwrap_err().to_string();
    assert!(refused.contains("at 1000000000 Hz it has 250000000 samples"), "{refused}");
    static BUDGET: Budget = Budget::new(1000);
    let limits = Limits { decoding: &BUDGET, ..Limits::of_machine() };
    assert!(read(&file, 1000, &limits).unwrap_err().to_string().contains("at most 1000.00 B are taken"));
}

#[test]
fn a_sound_that_is_not_a_number_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 8000,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&file, spec).unwrap();
    for x in [0.0, 0.5, 0.25, f32::NAN] {
        writer.write_sample(x).unwrap();
    }
    writer.finalize().unwrap();
    let refused = read(&file, 8000, &Limits::of_machine()).unwrap_err().to_string();
    assert!(refused.ends_with("sample 4 is not a number"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_damaged_sound_is_refused_or_read_without_a_panic(
        name in 0usize..21, at in 0usize..2000, byte: u8, cut in 1usize..4000,
    ) {
        let names: Vec<String> = expected().into_keys().collect();
        let mut bytes = std::fs::read(fixture(&names[name % names.len()])).unwrap();
        bytes.truncate(cut);
        if let Some(old) = bytes.get_mut(at) {
            *old = byte;
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let _ = read(file.path(), 8000, &Limits::of_machine());
    }
}
