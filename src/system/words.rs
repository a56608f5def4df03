//! What the operating system says, as a person reads it.

use std::borrow::Cow;

/// How the code begins that Rust puts behind the words of an error of the operating system: `No such file or directory (os error 2)`.
const CODE: &str = " (os error ";

/// A message without the codes of errors of the operating system, of which the words before them say the same.
pub fn without_codes(message: &str) -> Cow<'_, str> {
    let Some((before, behind)) = message.split_once(CODE) else { return Cow::Borrowed(message) };
    let (mut said, mut rest) = (before.to_string(), behind);
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        match rest[digits..].strip_prefix(')').filter(|_| digits > 0) {
            Some(others) => rest = others,
            None => said.push_str(CODE),
        }
        let Some((next, others)) = rest.split_once(CODE) else { break };
        said.push_str(next);
        rest = others;
    }
    said.push_str(rest);
    Cow::Owned(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_system_stay_and_its_codes_go() {
        let error = std::fs::read("/no/such/file").unwrap_err();
        assert!(error.to_string().contains("(os error 2)"), "as Rust writes it: {error}");
        let said = format!("a: {error}; b: {error}");
        assert_eq!(without_codes(&said), "a: No such file or directory; b: No such file or directory");
        for other in ["", "no code", "x (os error )", "x (os error two) y", "x (os error 2"] {
            assert_eq!(without_codes(other), other);
        }
        assert_eq!(without_codes("x (os error ) (os error 13)."), "x (os error ).");
    }
}
