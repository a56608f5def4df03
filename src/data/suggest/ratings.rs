//! Presets for tables of ratings: who gave what how many stars. MovieLens's files are read as they are: `ratings.csv`, `u.data` with
//! tabs, `ratings.dat` with `::`.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::comment::comment;
use super::found::{Found, Target};
use super::network::Network;
use crate::data::Error;
use crate::data::import::gzip;

/// Lines that are looked at.
const LINES: usize = 1000;
/// The most different ratings.
const RATINGS: usize = 21;
/// Seconds since 1970 that a time is likely to be: from 1975 on.
const FIRST_TIME: f64 = 1.6e8;
/// What columns are called that say who rates, and what is rated.
const USERS: [&str; 7] = ["user", "customer", "reviewer", "member", "visitor", "client", "person"];
const ITEMS: [&str; 15] = [
    "item", "movie", "title", "film", "book", "isbn", "product", "asin", "song", "track", "artist", "anime",
    "game", "business", "recipe",
];
const STARS: [&str; 5] = ["rating", "score", "stars", "grade", "overall"];
const TIMES: [&str; 2] = ["time", "date"];

/// Where a table has what.
struct Columns {
    user: String,
    item: String,
    rating: String,
    /// The other columns: when it was said, and what stands between separators of two signs.
    others: Vec<String>,
    has_names: bool,
    separator: Option<&'static str>,
}

/// Looks at a table that may be one of ratings; `None` where it is none, or another column than the ratings is to be predicted.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn look(file: &str, wanted: &[String]) -> Result<Option<Found>, Error> {
    // What cannot be read is told where it is read as any other table.
    let is_text = Path::new(file).is_file();
    if !is_text {
        return Ok(None);
    }
    let broken = |error: std::io::Error| Error::Broken { origin: file.into(), problem: error.to_string() };
    let Some(columns) = columns(&first_lines(Path::new(file)).map_err(broken)?) else { return Ok(None) };
    if wanted.iter().any(|name| *name != columns.rating) {
        return Ok(None);
    }
    let rows = count_lines(Path::new(file)).map_err(broken)? - usize::from(columns.has_names);
    let Columns { user, item, rating, others, has_names, separator } = columns;
    let mut data = vec![
        "source: csv(".to_string(),
        format!("    file: {file:?},"),
        format!("    // '{}' gives '{}' so much: a value to predict.", comment(&user), comment(&item)),
        format!("    label: {rating:?}, task: values,"),
    ];
    if let Some(separator) = separator {
        data.push("    // Cells are cut by '::'; between the two signs there is an empty one.".into());
        data.push(format!("    separator: {separator},"));
    }
    if !has_names {
        data.push(
            "    // The first line is a row of values, so the columns are called by their numbers, from 1."
                .into(),
        );
        data.push("    header: false,".into());
    }
    data.push("    columns: {".into());
    data.push(format!("        {user:?}: category(embed: {VECTOR}),"));
    data.push(format!("        {item:?}: category(embed: {VECTOR}),"));
    data.extend(others.iter().map(|name| format!("        {name:?}: ignore,")));
    data.push("    },".into());
    data.push("),".into());
    data.push("// A fifth is kept for the test at the end; of the others, a part says when to stop.".into());
    data.push("test: 0.2, validation: 0.05,".into());
    let network = Network::of_pairs(&user, &item, rows);
    let targets = vec![Target { name: rating.clone(), what: format!("{rows} ratings") }];
    Ok(Some(Found {
        title: format!("{rating} by {user} and {item}, from {rows} rows"),
        data,
        network,
        targets,
        reason: Some(format!(
            "a table of ratings: '{rating}' is predicted from '{user}' and '{item}' (--target names another); `predict RUN --user NAME` \
             recommends"
        )),
        told: Vec::new(),
    }))
}

/// Numbers of the vector of a user, and of an item.
const VECTOR: usize = 16;

fn first_lines(file: &Path) -> std::io::Result<Vec<String>> {
    let lines = BufReader::new(gzip::open(file)?).lines().take(LINES);
    // What is no UTF-8 is looked at as any other table.
    Ok(lines.map_while(Result::ok).map(|line| line.trim_start_matches('\u{feff}').to_string()).collect())
}

fn count_lines(file: &Path) -> std::io::Result<usize> {
    let mut reader = BufReader::with_capacity(1 << 20, gzip::open(file)?);
    let (mut count, mut is_open) = (0, false);
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(count + usize::from(is_open));
        }
        count += bytes.iter().filter(|byte| **byte == b'\n').count();
        is_open = bytes.last() != Some(&b'\n');
        let read = bytes.len();
        reader.consume(read);
    }
}

/// What the columns of a table are, where it is one of ratings, by its first lines.
fn columns(lines: &[String]) -> Option<Columns> {
    let first = lines.first()?;
    let cut = ["::", "\t", ";", ","].into_iter().find(|cut| first.contains(cut))?;
    let rows = rows(lines, cut);
    let width = rows.first()?.len();
    if !(3..=4).contains(&width) || rows.len() < 2 || rows.iter().any(|row| row.len() != width) {
        return None;
    }
    let number = |cell: &str| cell.parse::<f64>().ok().filter(|number| number.is_finite());
    let has_names = rows[0].iter().all(|cell| number(cell).is_none());
    let body = &rows[usize::from(has_names)..];
    let are = |place: usize, fits: &dyn Fn(f64) -> bool| {
        body.iter().all(|row| number(&row[place]).is_some_and(fits))
    };
    let named = |known: &[&str]| {
        let has = |cell: &String| known.iter().any(|known| cell.to_lowercase().contains(known));
        has_names.then(|| rows[0].iter().position(has)).flatten()
    };
    let places = match has_names {
        true => [named(&USERS)?, named(&ITEMS)?, named(&STARS)?],
        // Nothing but the order that all such files have, and the time behind it, says what a file without names is.
        false => {
            (width == 4 && are(3, &|time| time >= FIRST_TIME && time.fract() == 0.0)).then_some([0, 1, 2])?
        }
    };
    let [user, item, rating] = places;
    let other = (0..width).find(|place| !places.contains(place));
    let is_time = other.is_none() || !has_names || named(&TIMES) == other;
    let different: HashSet<&str> = body.iter().map(|row| &row[rating][..]).collect();
    let are_codes =
        has_names || [user, item].iter().all(|&place| are(place, &|code| code.fract() == 0.0 && code >= 0.0));
    let is_one = user != item && item != rating && user != rating && is_time && are_codes;
    if !is_one || different.len() > RATINGS || !are(rating, &|_| true) {
        return None;
    }
    // Two signs cut off an empty cell each.
    let step = cut.len();
    let name = |place: usize| match has_names && step == 1 {
        true => rows[0][place].to_string(),
        false => (place * step + 1).to_string(),
    };
    if has_names && step > 1 {
        return None;
    }
    let between = (0..width - 1).filter(|_| step > 1).map(|place| (place * step + 2).to_string());
    Some(Columns {
        user: name(user),
        item: name(item),
        rating: name(rating),
        others: other.map(name).into_iter().chain(between).collect(),
        has_names,
        separator: (step > 1).then_some("':'"),
    })
}

/// The cells of lines, which are cut by one sign or two; one sign may stand between quotes.
fn rows(lines: &[String], cut: &str) -> Vec<Vec<String>> {
    let &[cut] = cut.as_bytes() else {
        return lines
            .iter()
            .map(|line| line.split(cut).map(|cell| cell.trim().to_string()).collect())
            .collect();
    };
    let text = lines.join("\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(cut)
        .from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| record.iter().map(|cell| cell.trim().to_string()).collect();
    reader.records().map_while(Result::ok).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User, item, rating, other columns.
    fn found(text: &str) -> Option<[String; 4]> {
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        columns(&lines).map(|columns| [columns.user, columns.item, columns.rating, columns.others.join(" ")])
    }

    #[test]
    fn movielens_files_are_known_as_they_are() {
        let is = |text: &str, expected: [&str; 4]| {
            assert_eq!(found(text), Some(expected.map(String::from)), "{text}")
        };
        is(
            "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,1029,3.0,1260759179\n",
            ["userId", "movieId", "rating", "timestamp"],
        );
        is("196\t242\t3\t881250949\n186\t302\t3\t891717742\n", ["1", "2", "3", "4"]);
        is("1::1193::5::978300760\n1::661::3::978302109\n", ["1", "3", "5", "7 2 4 6"]);
        is(
            "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"276725\";\"034545104X\";\"0\"\n\"276726\";\"0155061224\";\"5\"\n",
            ["User-ID", "ISBN", "Book-Rating", ""],
        );
        is("userId,title,rating\n1,\"Film 5, The (1995)\",4\n2,Heat,5\n", ["userId", "title", "rating", ""]);
        is("reviewerID,asin,overall\nA3,B00,5.0\nA4,B01,3.0\n", ["reviewerID", "asin", "overall", ""]);
        is("reviewer,stars,business\nann,4,cafe\nbob,1,bar\n", ["reviewer", "business", "stars", ""]);
    }

    #[test]
    fn other_tables_are_none() {
        for text in [
            "a,b,c\n1,2,3\n4,5,6\n",
            "1,2,3\n4,5,6\n",
            "1,2,3,4\n4,5,6,7\n",
            "user,item,price\n1,2,3\n4,5,6\n",
            "user,rating,score,age\n1,2,3,4\n4,5,6,7\n",
            "user,movie,rating,age\n1,2,3,4\n4,5,6,7\n",
            "userId,movieId,rating\n1,2,good\n1,3,bad\n",
            "userId,movieId,tag,timestamp\n1,2,funny,1260759144\n1,2,sad,1260759144\n",
            "user,item,rating\n",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
