//! A number that a device computes, and the host reads when it needs it.

use super::device::{Device, Error};

/// A loss, a penalty, a divergence. Nothing of a step depends on it before the host reads it, so that a device can go on
/// meanwhile.
pub enum Value<D: Device> {
    /// The host has it.
    Known(f64),
    /// It is on its way to the host.
    Coming(D::Reading),
}

impl<D: Device> Clone for Value<D> {
    fn clone(&self) -> Self {
        match self {
            Value::Known(number) => Value::Known(*number),
            Value::Coming(reading) => Value::Coming(reading.clone()),
        }
    }
}

impl<D: Device> Value<D> {
    /// The number.
    ///
    /// # Errors
    /// When the device fails.
    pub fn read(&self) -> Result<f64, Error> {
        match self {
            Value::Known(number) => Ok(*number),
            Value::Coming(reading) => {
                let numbers = D::arrived(reading)?;
                numbers
                    .first()
                    .map(|&number| f64::from(number))
                    .ok_or_else(|| Error::Device("no number came".into()))
            }
        }
    }
}
