//! MNIST, embedded: decompressed and verified when it is first used, then shared.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Error;
use super::embedded::{Part, part};
use super::import::idx;

/// Images and labels of one half of MNIST.
pub struct Digits {
    /// `[count, 28, 28, 1]`, 0 to 255.
    pub images: Vec<u8>,
    /// One digit per image.
    pub labels: Vec<u8>,
}

/// The 60,000 images for training and the 10,000 of the test set.
pub struct Mnist {
    /// For training (and validation).
    pub train: Digits,
    /// For the test.
    pub test: Digits,
}

/// Pixels of an image.
pub const PIXELS: usize = 28 * 28;

static TRAIN_IMAGES: Part =
    part!("mnist/train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 16 + 60_000 * PIXELS);
static TRAIN_LABELS: Part =
    part!("mnist/train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 8 + 60_000);
static TEST_IMAGES: Part =
    part!("mnist/t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 16 + 10_000 * PIXELS);
static TEST_LABELS: Part =
    part!("mnist/t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 8 + 10_000);

/// All of MNIST; kept as long as anyone uses it.
///
/// # Errors
/// When the embedded bytes are damaged.
pub fn load() -> Result<Arc<Mnist>, Error> {
    static SHARED: Mutex<Weak<Mnist>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(mnist) = shared.upgrade() {
        return Ok(mnist);
    }
    let (train, test) =
        rayon::join(|| digits(&TRAIN_IMAGES, &TRAIN_LABELS), || digits(&TEST_IMAGES, &TEST_LABELS));
    let mnist = Arc::new(Mnist { train: train?, test: test? });
    *shared = Arc::downgrade(&mnist);
    Ok(mnist)
}

fn digits(images: &Part, labels: &Part) -> Result<Digits, Error> {
    let (images, labels) = (unpack(images)?, unpack(labels)?);
    if images.shape != [labels.bytes.len(), 28, 28] {
        return Err(Error::Broken {
            origin: "the embedded MNIST".into(),
            problem: format!("images of shape {:?} for {} labels", images.shape, labels.bytes.len()),
        });
    }
    Ok(Digits { images: images.bytes, labels: labels.bytes })
}

fn unpack(part: &Part) -> Result<idx::Idx, Error> {
    idx::parse(part.unpack()?, part.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_seventy_thousand_digits_are_there() {
        let mnist = load().unwrap();
        assert_eq!((mnist.train.labels.len(), mnist.test.labels.len()), (60_000, 10_000));
        assert_eq!(mnist.train.images.len(), 60_000 * PIXELS);
        // The first labels as every MNIST tutorial prints them.
        assert_eq!(mnist.train.labels[..5], [5, 0, 4, 1, 9]);
        assert_eq!(mnist.test.labels[..5], [7, 2, 1, 0, 4]);
    }
}
