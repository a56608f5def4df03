//! The search that a command names.

use super::super::Error;
use super::super::text::plain;
use crate::search::{Search, Store};

/// The search of a name on the command line.
pub(super) fn find(name: &str) -> Result<Search, Error> {
    Ok(Search::load(find_store(name)?)?)
}

/// Where it is.
pub(super) fn find_store(name: &str) -> Result<Store, Error> {
    let store = Store::named(name)?;
    if !store.is_there() {
        let all: Vec<String> = Store::list()?.iter().map(Store::name).collect();
        let all = if all.is_empty() {
            "there is none yet".into()
        } else {
            format!("there are: {}", all.join(", "))
        };
        return Err(Error::Usage(format!("there is no search {}; {}", plain(name), plain(&all))));
    }
    Ok(store)
}
