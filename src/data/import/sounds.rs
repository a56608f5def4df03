//! Sounds: WAV, FLAC, MP3, Ogg Vorbis. What a file holds, not its name, says which.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::errors::Error as Problem;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};

use super::folders::{self, Classed};
use super::limits::Limits;
use super::no_media;
use super::resample::resampled;
use super::wav::{InOrder, is_wav};
use crate::data::{Error, file_names};
use crate::preset::summary::in_bytes;
use crate::system::files;

/// The longest sound that is read, in numbers: ten minutes in stereo at 48 kHz.
const MOST_SAMPLES: u64 = 600 * 2 * 48_000;

/// Files that are sounds.
pub const KIND: folders::Kind = folders::Kind {
    many: "sounds",
    formats: "WAV, FLAC, MP3 or Ogg Vorbis",
    endings: file_names::SOUNDS,
    is_one: is_sound,
};

/// Whether a file's first bytes are those of a sound.
pub fn is_sound(start: &[u8]) -> bool {
    let is_other = matches!(
        start,
        [b'f', b'L', b'a', b'C', 0 | 0x80, ..]
            | [b'O', b'g', b'g', b'S', 0, ..]
            | [b'I', b'D', b'3', 2..=4, ..]
    );
    // A frame of MPEG's layer III begins with eleven ones and the layer's number.
    let is_mp3 = matches!(start, [0xff, second, ..] if second & 0xe6 == 0xe2);
    is_wav(start) || is_other || is_mp3
}

/// The sounds of a folder of class folders.
///
/// # Errors
/// When there are none.
pub fn list(folder: &Path) -> Result<Classed, Error> {
    folders::list(folder, &KIND)
}

/// A sound, its channels mixed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Its samples at the rate that was asked for, -1 to 1.
    pub samples: Vec<f32>,
    /// The samples a second of the file.
    pub rate: u32,
    /// The channels of the file.
    pub channels: usize,
}

/// The sound, its channels mixed, -1 to 1, at `rate` samples a second.
///
/// # Errors
/// When it does not decode, or is too long.
pub fn read(file: &Path, rate: usize, limits: &Limits) -> Result<Sound, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let opened = || Opened::new(file).map_err(broken);
    let taken = match opened()?.mixed(rate, limits, true).map_err(broken)? {
        Some(sound) => Some(sound),
        // Its header says less than there is: it is read again, with room for the longest that is read.
        None => opened()?.mixed(rate, limits, false).map_err(broken)?,
    };
    taken.ok_or_else(|| broken(TOO_LONG.into()))
}

/// What is done to sounds of these rates and channels, in sentences: they are brought to one rate, and their channels mixed.
pub fn converted(sounds: impl Iterator<Item = (u32, usize)>, rate: usize) -> Vec<String> {
    let (mut rates, mut several) = (BTreeMap::new(), 0);
    for (own, channels) in sounds {
        if own as usize != rate {
            *rates.entry(own).or_insert(0_usize) += 1;
        }
        several += usize::from(channels > 1);
    }
    let mut lines = Vec::new();
    if !rates.is_empty() {
        let named = rates.iter().map(|(own, count)| format!("{count} of {own} Hz")).collect::<Vec<_>>();
        lines.push(format!("sounds converted to {rate} Hz: {}", named.join(", ")));
    }
    if several > 0 {
        lines.push(format!("sounds whose channels are mixed: {several}"));
    }
    lines
}

const TOO_LONG: &str = "it is longer than ten minutes";

fn damaged(error: Problem) -> String {
    match error {
        Problem::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "it does not decode: it ends too soon".into()
        }
        Problem::IoError(error) => format!("it does not decode: {error}"),
        other => format!("it does not decode: {other}"),
    }
}

/// A sound whose header has been read.
struct Opened {
    format: Box<dyn FormatReader>,
    track: Track,
    size: u64,
    rate: u32,
    channels: usize,
}

impl Opened {
    fn new(path: &Path) -> Result<Self, String> {
        let (file, size) = files::open_sized(path).map_err(|error| error.to_string())?;
        let source = source(file, size)?;
        let source = MediaSourceStream::new(source, Default::default());
        let probe = symphonia::default::get_probe();
        let format =
            probe.probe(&Hint::new(), source, Default::default(), Default::default()).map_err(|error| {
                match error {
                    Problem::Unsupported(_) => {
                        format!("it does not decode: {}", no_media::of(path, KIND.formats))
                    }
                    other => damaged(other),
                }
            })?;
        let track = format.default_track(TrackType::Audio).cloned();
        let track = track.ok_or("it does not decode: there is no sound in it")?;
        let settings = track.codec_params.as_ref().and_then(|settings| settings.audio());
        let settings = settings.ok_or("it does not decode: its codec is not known")?;
        let channels = settings.channels.as_ref().map_or(0, |channels| channels.count());
        let rate = settings.sample_rate.unwrap_or(0);
        if channels == 0 || !(1000..=384_000).contains(&rate) {
            return Err(format!("{channels} channels at {rate} Hz cannot be"));
        }
        Ok(Opened { format, track, size, rate, channels })
    }

    /// All of it, mixed and resampled; `None` where it goes on longer than its header says, or than any that is read.
    fn mixed(mut self, rate: usize, limits: &Limits, trusts_header: bool) -> Result<Option<Sound>, String> {
        let Opened { size, rate: own_rate, channels, .. } = self;
        let told = self.track.num_frames.filter(|_| trusts_header);
        let most = MOST_SAMPLES / channels as u64;
        if told.is_some_and(|frames| frames > most) {
            return Err(TOO_LONG.into());
        }
        let frames = told.unwrap_or(most);
        let resampled_count = |frames: u64| frames * rate as u64 / u64::from(own_rate);
        let count = told.map_or(0, resampled_count);
        if count > MOST_SAMPLES {
            return Err(format!("at {rate} Hz it has {count} samples, and at most {MOST_SAMPLES} are read"));
        }
        // Those of all channels mixed, and at the other rate.
        let bytes = 4 * (frames + resampled_count(frames).min(MOST_SAMPLES));
        let all = limits.decoding.most();
        let _share = limits.decoding.take(bytes).ok_or_else(|| {
            format!("it takes {} of memory to read, and at most {} are taken", in_bytes(bytes), in_bytes(all))
        })?;
        // A header may promise more than there is.
        let room = usize::try_from(frames.min(size)).unwrap_or_default();
        let Some(mono) = self.mono(Vec::with_capacity(room), frames)? else { return Ok(None) };
        if mono.is_empty() {
            return Err("it holds no sound".into());
        }
        if resampled_count(mono.len() as u64) > MOST_SAMPLES {
            return Err(TOO_LONG.into());
        }
        let samples = resampled(&mono, own_rate as usize, rate);
        Ok(Some(Sound { samples, rate: own_rate, channels }))
    }

    /// Decodes it to its end; `None` where it has more than `most` frames.
    fn mono(&mut self, mut mono: Vec<f32>, most: u64) -> Result<Option<Vec<f32>>, String> {
        let settings = self.track.codec_params.as_ref().and_then(|settings| settings.audio());
        let settings = settings.ok_or("it does not decode: its codec is not known")?;
        let options = AudioDecoderOptions::default().verify(true);
        let mut decoder =
            symphonia::default::get_codecs().make_audio_decoder(settings, &options).map_err(damaged)?;
        let mut samples: Vec<f32> = Vec::new();
        while let Some(packet) = self.format.next_packet().map_err(damaged)? {
            if packet.track_id != self.track.id {
                continue;
            }
            let decoded = decoder.decode(&packet).map_err(damaged)?;
            let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
            if (rate, channels) != (self.rate, self.channels) {
                return Err(format!(
                    "it goes on with {channels} channels at {rate} Hz, and begins with {} at {} Hz",
                    self.channels, self.rate
                ));
            }
            decoded.copy_to_vec_interleaved(&mut samples);
            if let Some(place) = samples.iter().position(|x| !x.is_finite()) {
                let place = mono.len() * channels + place + 1;
                return Err(format!("sample {place} is not a number"));
            }
            if (mono.len() + samples.len() / channels) as u64 > most {
                return Ok(None);
            }
            mono.extend(samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32));
        }
        if decoder.finalize().verify_ok == Some(false) {
            return Err("it does not decode: its samples do not have the checksum that it names".into());
        }
        // An MP3's length is an estimate.
        let told = self.track.num_frames.filter(|_| settings.codec != CODEC_ID_MP3);
        match told {
            Some(frames) if (mono.len() as u64) < frames => {
                Err(format!("it ends after {} of its {frames} samples", mono.len()))
            }
            _ => Ok(Some(mono)),
        }
    }
}

/// What is decoded of a file: of a WAV file its sound behind a header that is right.
fn source(mut file: File, size: u64) -> Result<Box<dyn MediaSource>, String> {
    let mut start = Vec::new();
    let read = Read::by_ref(&mut file).take(12).read_to_end(&mut start);
    read.and_then(|_| file.rewind()).map_err(|error| error.to_string())?;
    if !is_wav(&start) {
        return Ok(Box::new(file));
    }
    let sound = InOrder::new(file, size).map_err(|problem| format!("it does not decode: {problem}"))?;
    Ok(Box::new(sound))
}

#[cfg(test)]
mod tests;
