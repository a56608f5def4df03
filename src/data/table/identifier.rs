//! Columns that name rows instead of saying something of them: numbers of rows, of customers, of phones.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::cell::Cell;
use super::digits;
use super::sums::is_total;

/// Digits from which whole numbers of one length, different in every row, are more likely to be identifiers than counts.
const MANY_DIGITS: u32 = 9;
/// The least number of so many digits.
pub const LONG: f64 = 1e8;
/// Rows from which numbers that count them are told without a name that says so.
const MANY_ROWS: u64 = 20;

/// What the cells of a column show of whether they name rows.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whether a cell has a fraction, as no identifier has.
    has_fraction: bool,
    /// Cells that are not missing, and those of them that are whole numbers from 0 on.
    known: u64,
    whole: u64,
    least: f64,
    greatest: f64,
    sum: f64,
    /// Those of them that end with three zeros or more, as rounded amounts do.
    rounded: u64,
    /// Those that begin with a plus, as phone numbers do, and with a zero that no number needs.
    dialed: u64,
    padded: u64,
    distinct: Distinct,
    /// How its long whole numbers go with those of the label.
    follows: Correlation,
    /// Whether the cells are in the order of numbers, and in that of texts; and the cell before.
    by_number: bool,
    by_text: bool,
    before: String,
    last: f64,
}

impl Default for Identity {
    fn default() -> Self {
        Identity {
            has_fraction: false,
            known: 0,
            whole: 0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            sum: 0.0,
            rounded: 0,
            dialed: 0,
            padded: 0,
            distinct: Distinct::default(),
            follows: Correlation::default(),
            by_number: true,
            by_text: true,
            before: String::new(),
            last: f64::NEG_INFINITY,
        }
    }
}

/// How many different cells there are: counted, or beyond so many estimated from those whose hash begins with zeros (Gibbons 2001,
/// Distinct Sampling).
#[derive(Clone, Debug, Default)]
struct Distinct {
    kept: HashSet<u64>,
    /// The zeros with which the hash of a cell begins that is kept.
    zeros: u32,
}

impl Distinct {
    fn add(&mut self, hash: u64, most: usize) {
        if hash.leading_zeros() < self.zeros {
            return;
        }
        self.kept.insert(hash);
        while self.kept.len() > most {
            self.zeros += 1;
            let zeros = self.zeros;
            self.kept.retain(|hash| hash.leading_zeros() >= zeros);
        }
    }

    fn count(&self) -> f64 {
        self.kept.len() as f64 * 2_f64.powi(self.zeros.cast_signed())
    }
}

/// Pearson's correlation of a column with the label, as far as both are numbers (Welford 1962).
#[derive(Clone, Copy, Debug, Default)]
struct Correlation {
    count: f64,
    mean: (f64, f64),
    squares: (f64, f64),
    products: f64,
}

impl Correlation {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        let (dx, dy) = (x - self.mean.0, y - self.mean.1);
        self.mean = (self.mean.0 + dx / self.count, self.mean.1 + dy / self.count);
        self.squares = (self.squares.0 + dx * (x - self.mean.0), self.squares.1 + dy * (y - self.mean.1));
        self.products += dx * (y - self.mean.1);
    }

    /// Whether it is more than chance: random numbers come to four times the deviation that so many rows leave in one of 16,000
    /// columns.
    fn is_clear(&self) -> bool {
        let root = (self.squares.0 * self.squares.1).sqrt();
        root > 0.0 && (self.products / root).abs() > (4.0 / self.count.sqrt()).max(0.2)
    }
}

impl Identity {
    /// Looks at a number beside the label's; only what may be an identifier by its length is compared.
    pub fn compare(&mut self, number: f64, label: f64) {
        if !self.has_fraction && number >= LONG && label.is_finite() {
            self.follows.add(number, label);
        }
    }

    /// Looks at a cell; up to `most` different ones are counted.
    pub fn add(&mut self, cell: &str, read: Cell, most: usize) {
        if self.has_fraction || read == Cell::Missing || is_total(cell) {
            return;
        }
        self.known += 1;
        let mut hasher = DefaultHasher::new();
        match read {
            Cell::Number(number) if number.fract() == 0.0 => {
                self.whole += u64::from(number >= 0.0);
                (self.least, self.greatest) = (self.least.min(number), self.greatest.max(number));
                self.sum += number;
                // Only long numbers are asked for it, and the remainder takes its time.
                self.rounded += u64::from(number >= LONG && number % 1000.0 == 0.0);
                self.by_number &= number > self.last;
                self.last = number;
                match digits::is_beyond(number) {
                    true => cell.hash(&mut hasher),
                    false => number.to_bits().hash(&mut hasher),
                }
            }
            Cell::Number(_) => {
                *self = Identity { has_fraction: true, ..Identity::default() };
                return;
            }
            Cell::Missing | Cell::Word => {
                self.by_number = false;
                cell.hash(&mut hasher);
            }
        }
        let bytes = cell.as_bytes();
        let second = bytes.get(1).is_some_and(u8::is_ascii_digit);
        self.dialed += u64::from(second && bytes[0] == b'+' && bytes.len() > 8);
        self.padded += u64::from(second && bytes[0] == b'0');
        self.by_text &= *cell > *self.before;
        if self.by_text {
            self.before.clear();
            self.before.push_str(cell);
        }
        self.distinct.add(hasher.finish(), most);
    }

    /// How many different cells there are, about.
    pub fn distinct(&self) -> f64 {
        self.distinct.count()
    }

    /// Whether nearly every row has a cell of its own, a whole number or a word.
    pub fn differs_in_each(&self) -> bool {
        // An estimate is a few percent off.
        let share = if self.distinct.zeros == 0 { 0.95 } else { 0.85 };
        !self.has_fraction && self.known > 2 && self.distinct() >= share * self.known as f64
    }

    /// Whether it has each number from 0 or 1 up to the number of rows once, in whatever order.
    fn counts(&self) -> bool {
        let known = self.known as f64;
        let middle = f64::midpoint(self.least, self.greatest);
        let is_full = matches!(self.least, 0.0 | 1.0) && self.greatest - self.least + 1.0 == known;
        self.known >= MANY_ROWS
            && self.whole == self.known
            && is_full
            && self.sum == middle * known
            && self.differs_in_each()
            && (self.distinct.zeros > 0 || self.distinct() == known)
    }

    /// Why the column of this name is none to learn from, where its cells name rows.
    pub fn reason(&self, name: &str) -> Option<&'static str> {
        if !self.differs_in_each() {
            return None;
        }
        let are_whole = self.whole == self.known;
        let digits = |number: f64| number.max(1.0).log10().floor() as u32 + 1;
        if is_called_identifier(name) {
            return Some("nearly every row has its own, as identifiers are");
        }
        if self.counts() && self.by_text && !self.by_number {
            return Some("it numbers the rows in the order of texts, as 1, 10, 11, 2");
        }
        if self.dialed * 10 >= self.known * 9 {
            return Some("nearly every row has its own, and they begin with a plus, as phone numbers do");
        }
        // Moments in seconds lie close together.
        let are_random = are_whole
            && self.known >= MANY_ROWS
            && !is_called_amount(name)
            && self.rounded * 20 < self.known
            && !self.follows.is_clear()
            && digits(self.least) >= MANY_DIGITS
            && digits(self.least) == digits(self.greatest)
            && self.greatest > 3.0 * self.least;
        are_random.then_some("its numbers are long, and every row has its own, as identifiers are")
    }

    /// Whether it may number the rows although neither its name nor its order says so.
    pub fn may_count(&self) -> bool {
        self.counts()
    }

    /// Whether the whole numbers of a column of this name are more likely codes: zeros at their beginning say so, or its name where
    /// few are different.
    pub fn are_codes(&self, name: &str) -> bool {
        let is_one = self.is_called_by_a_code(name) || self.padded > 0;
        !self.has_fraction && self.whole == self.known && self.distinct() >= 3.0 && is_one
    }

    fn is_called_by_a_code(&self, name: &str) -> bool {
        is_called_code(name) && self.are_few()
    }

    /// Whether few of its cells are different, so that they can be told apart as words.
    pub fn are_few(&self) -> bool {
        self.distinct() <= 1000.0 && self.distinct() * 2.0 <= self.known as f64
    }
}

/// The words of a name in small letters: `orderId`, `order_id` and `Order ID` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What may be numbered in the name of a column: an order number, but no number of rooms.
const NUMBERED: [&str; 24] = [
    "account",
    "case",
    "client",
    "customer",
    "employee",
    "invoice",
    "item",
    "member",
    "mobile",
    "object",
    "order",
    "passenger",
    "patient",
    "person",
    "phone",
    "product",
    "record",
    "row",
    "sample",
    "session",
    "student",
    "ticket",
    "transaction",
    "user",
];

/// Whether a column's name says that it names the rows.
pub fn is_called_identifier(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => name == "#",
        ["index" | "idx" | "row" | "number" | "rownum" | "rowid" | "rownr"] | ["unnamed", "0"] => true,
        [.., what, "number" | "num" | "code"] if NUMBERED.contains(&what) => true,
        [
            ..,
            "id" | "no" | "nr" | "key" | "uuid" | "guid" | "uid" | "phone" | "telephone" | "tel" | "mobile"
            | "iban" | "isbn" | "imei" | "ssn" | "barcode",
        ] => true,
        [.., last] => last.strip_suffix("id").is_some_and(|what| NUMBERED.contains(&what)),
    }
}

/// Whether a column's name says that its numbers are an amount, however long they are.
pub fn is_called_amount(name: &str) -> bool {
    const AMOUNTS: &[&str] = &[
        "amount",
        "area",
        "assets",
        "balance",
        "bytes",
        "budget",
        "capital",
        "cash",
        "charge",
        "cost",
        "costs",
        "debt",
        "deposit",
        "distance",
        "earnings",
        "expense",
        "expenses",
        "fee",
        "gdp",
        "gross",
        "income",
        "loan",
        "loss",
        "money",
        "mortgage",
        "net",
        "paid",
        "pay",
        "payment",
        "population",
        "preis",
        "price",
        "prices",
        "profit",
        "rent",
        "revenue",
        "salary",
        "sales",
        "size",
        "spend",
        "spending",
        "sum",
        "tax",
        "total",
        "turnover",
        "value",
        "volume",
        "wage",
        "wages",
        "worth",
        "votes",
        "views",
    ];
    words(name).iter().any(|word| AMOUNTS.contains(&&word[..]))
}

/// Whether a column's name says that its numbers are codes, which are not more or less than each other.
fn is_called_code(name: &str) -> bool {
    let words = words(name);
    let is_code = |word: &str| {
        matches!(
            word,
            "id" | "code" | "zip" | "zipcode" | "postcode" | "postal" | "plz" | "key" | "sku" | "fips"
        )
    };
    words.last().is_some_and(|word| is_code(word)) || words.first().is_some_and(|word| word == "zip")
}

#[cfg(test)]
mod tests {
    use super::super::cell::Numbers;
    use super::*;

    fn identity(cells: impl IntoIterator<Item = String>) -> Identity {
        let mut identity = Identity::default();
        for cell in cells {
            identity.add(&cell, Numbers::default().read(&cell), 1000);
        }
        identity
    }

    /// Numbers without an order, each other than those before.
    fn mixed(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(|number| (number * 7919 + 13) % 1_000_003)
    }

    #[test]
    fn names_say_that_a_column_names_rows() {
        for name in [
            "id",
            "ID",
            "PassengerId",
            "customer_no",
            "Order ID",
            "key",
            "uuid",
            "phone",
            "index",
            "Unnamed: 0",
            "userid",
            "order number",
            "#",
            "row",
        ] {
            assert!(is_called_identifier(name), "{name}");
        }
        for name in [
            "paid",
            "humid",
            "grid",
            "number of rooms",
            "price index",
            "population",
            "zip",
            "order",
            "bid",
            "rooms",
            "",
            "x",
            "keys",
        ] {
            assert!(!is_called_identifier(name), "{name}");
        }
    }

    #[test]
    fn identifiers_are_found_whatever_their_order_and_measures_are_not() {
        let drawn = || identity(mixed(500).map(|number| number.to_string()));
        assert!(drawn().reason("order_id").is_some() && drawn().reason("population").is_none());
        // Some are lacking, some are words.
        let mixed_up =
            identity((0..60).map(|row| if row % 3 == 0 { format!("A{row}") } else { row.to_string() }));
        assert!(mixed_up.reason("order_no").is_some());
        let mut shell: Vec<String> = (1..=60).map(|number: u32| number.to_string()).collect();
        shell.sort();
        assert!(identity(shell).reason("order").is_some());
        let counted = || identity((1..=60).map(|row: u64| row.to_string()));
        assert!(counted().reason("x").is_none() && counted().may_count());
        assert!(identity((0..60).map(|row: u64| (row * 7 % 60).to_string())).may_count());
        assert!(!identity((1990..2050).map(|year: u64| year.to_string())).may_count());
        let long = identity(mixed(500).map(|number| (1_000_000_000 + number * 8009).to_string()));
        assert!(long.reason("customer").is_some());
        let moments = identity(mixed(500).map(|number| (1_700_000_000 + number).to_string()));
        assert!(moments.reason("seconds").is_none());
        // Amounts may be as long: their name, their zeros or the label say so.
        let prices = || mixed(500).map(|number| 100_000_000 + number * 809);
        assert!(identity(prices().map(|price| price.to_string())).reason("x").is_some());
        assert!(identity(prices().map(|price| price.to_string())).reason("Sale price").is_none());
        assert!(identity(prices().map(|price| (price / 1000 * 1000).to_string())).reason("x").is_none());
        let with_label = |label: &dyn Fn(u64) -> f64| {
            let mut seen = identity(prices().map(|price| price.to_string()));
            prices().for_each(|price| seen.compare(price as f64, label(price)));
            seen.reason("x").is_some()
        };
        assert!(!with_label(&|price| price as f64 / 1e6 + (price % 7) as f64));
        assert!(with_label(&|price| ((price - 100_000_000) / 809 * 7919 % 101) as f64));
        let phones = identity(mixed(60).map(|number| format!("+4930{:07}", number)));
        assert!(phones.reason("contact").is_some());
        // Fractions and numbers that repeat are measures, whatever their name.
        assert!(identity((0..60).map(|row: u64| format!("{row}.5"))).reason("id").is_none());
        assert!(identity((0..60).map(|row: u64| (row % 9).to_string())).reason("id").is_none());
    }

    #[test]
    fn more_different_cells_than_are_kept_are_estimated() {
        for (rows, different) in [(20_000, 20_000), (20_000, 2000), (100, 100)] {
            let seen = identity((0..rows).map(|row: u64| (row % different * 3).to_string()));
            let count = seen.distinct();
            assert!((count / different as f64 - 1.0).abs() < 0.15, "{different}: {count}");
            assert_eq!(seen.reason("id").is_some(), rows == different);
        }
    }

    #[test]
    fn codes_are_whole_numbers_that_repeat_and_are_called_so_or_begin_with_zeros() {
        let zips = || identity((0..60).map(|row: usize| ["10115", "20095", "50667"][row % 3].to_string()));
        assert!(zips().are_codes("zip") && zips().are_codes("shop_id") && !zips().are_codes("price"));
        assert!(identity((0..60).map(|row: usize| format!("{:03}", row % 5))).are_codes("x"));
        assert!(!identity((0..60).map(|row: usize| (row % 2).to_string())).are_codes("code"));
        assert!(is_total("Total") && is_total("SUMME") && !is_total("1") && !is_total("totally"));
    }
}
