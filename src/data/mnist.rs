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

/// Pixels along a side of an image.
const SIDE: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// The images for training, then those of the test.
static IMAGES: Part = part!("mnist/images.shades", "4512bc2403ed71ea00a82724cb0c7a68", 7_072_092);
static TRAIN_LABELS: Part =
    part!("mnist/train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 8 + 60_000);
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
    let mnist = Arc::new(unpack()?);
    *shared = Arc::downgrade(&mnist);
    Ok(mnist)
}

fn unpack() -> Result<Mnist, Error> {
    let broken = |problem: String| Error::Broken { origin: "the embedded MNIST".into(), problem };
    let [train, test] = [&TRAIN_LABELS, &TEST_LABELS].map(|part| idx::parse(part.unpack()?, part.name));
    let (train, test) = (train?.bytes, test?.bytes);
    let count = train.len() + test.len();
    let mut images =
        shades::decode(&IMAGES.unpack()?, count, SIDE).map_err(|problem| broken(problem.to_owned()))?;
    let images_of_test = images.split_off(train.len() * PIXELS);
    Ok(Mnist {
        train: Digits { images, labels: train },
        test: Digits { images: images_of_test, labels: test },
    })
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn all_seventy_thousand_digits_are_there() {
        let mnist = load().unwrap();
        assert_eq!((mnist.train.labels.len(), mnist.test.labels.len()), (60_000, 10_000));
        assert_eq!(mnist.train.images.len(), 60_000 * PIXELS);
        // The first labels as every MNIST tutorial prints them.
        assert_eq!(mnist.train.labels[..5], [5, 0, 4, 1, 9]);
        assert_eq!(mnist.test.labels[..5], [7, 2, 1, 0, 4]);
        // With the head of an IDX file before them, the images are the published files.
        let sum = |count: u32, images: &[u8]| -> String {
            let head = [2051, count, 28, 28].map(u32::to_be_bytes).concat();
            let sum = Md5::new().chain_update(head).chain_update(images).finalize();
            sum.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert_eq!(sum(60_000, &mnist.train.images), "6bbc9ace898e44ae57da46a324031adb");
        assert_eq!(sum(10_000, &mnist.test.images), "2646ac647ad5339dbf082846283269ea");
    }
}
